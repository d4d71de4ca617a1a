"""Append, read, verify, subscribe: the only truth. Knows bytes and fact names, nothing of fires."""
