"""Values that carry meaning: instants, identifiers, labels, places, digests, signatures. No I/O."""
