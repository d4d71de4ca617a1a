"""Saved views: ways of looking kept for others, for wall screens and for briefings (vues enregistrées)."""
