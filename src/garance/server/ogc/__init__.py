"""OGC API Features over the territory (17-069r4): every layer of the pack, for QGIS, GDAL and whoever asks."""

from garance.server.ogc.endpoints import ogc_endpoints

__all__ = ["ogc_endpoints"]
