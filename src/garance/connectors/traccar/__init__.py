"""Traccar: what its server forwards, positions and what happens (relais Traccar)."""
