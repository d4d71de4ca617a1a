"""AIS: the ships, beacons and rescue aircraft around (navires)."""
