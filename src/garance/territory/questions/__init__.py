"""What is asked of a pack: what lies inside, who lives there, how high, what it is called. Indexes are built once."""
