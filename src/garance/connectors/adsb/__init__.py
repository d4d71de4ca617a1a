"""ADS-B: the aircraft around, as a receiver hears them (aéronefs)."""
