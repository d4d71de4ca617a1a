"""The addresses of the node's own matters: commands, situations and their views, telemetry, directory, territory."""
