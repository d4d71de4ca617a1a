"""OwnTracks: the positions that phones send of themselves (traceurs OwnTracks)."""
