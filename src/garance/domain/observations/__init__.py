"""Observations: the series that sensors and moving units feed (séries de mesures)."""
