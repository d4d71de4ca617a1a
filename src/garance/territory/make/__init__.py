"""Making a fictional commune from a seed (commune fictive): relief, water, roads, town, zones, people."""

from garance.territory.make.maker import make_territory

__all__ = ["make_territory"]
