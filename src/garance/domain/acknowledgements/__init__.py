"""Acknowledgements: who says to have read a message that may not be missed (accusés de réception)."""
