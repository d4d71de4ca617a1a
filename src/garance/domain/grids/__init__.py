"""Grids: films of a territory pack given their instants in a situation (grilles datées)."""
