"""What the journal says of its own keeping: bodies destroyed, writers begun, territories adopted (tenue du journal)."""
