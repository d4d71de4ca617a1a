"""Organisations, people and the roles they hold (organisations, personnes, rôles)."""
