"""GPX sent as it is recorded: the points of a track, a few at a time (trace GPX au fil de l'eau)."""
