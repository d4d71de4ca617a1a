"""Bytes to observations and back, one folder per protocol or source (connecteurs)."""
