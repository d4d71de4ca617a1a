"""The picture as files that other programs read: GeoJSON, KML, GPX, GeoPackage, CSV (fichiers d'échange)."""
