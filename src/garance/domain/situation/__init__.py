"""Situations: crises, watches and exercises that are followed (situation)."""
