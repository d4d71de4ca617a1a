"""What the journal says of its own keeping: bodies destroyed, writers begun (tenue du journal)."""
