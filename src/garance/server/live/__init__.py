"""The live stream (flux direct): facts at once, telemetry in ticks; rights are checked before anything is sent."""
