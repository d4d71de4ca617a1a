"""The relay of TAK clients: split, negotiate, route, write (relais). One process, no web framework."""
