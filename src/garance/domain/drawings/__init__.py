"""Drawings: what is drawn on the shared picture (SITAC, dessins)."""
