"""What can happen, and when it is refused: one folder per concern, each with `facts`, `rules` and `state`."""
