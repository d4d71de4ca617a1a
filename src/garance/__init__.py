"""Garance, the open, sovereign platform for the resilience of territories."""

__version__ = "0.1.0"
