"""The demonstration: one night at the coast, told through the same commands a person uses."""
