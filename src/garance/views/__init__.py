"""Fold facts into pictures: always rebuildable, always datable."""
