"""Connections: the connectors that the settings name, kept running, their frames sorted and said (liaisons)."""
