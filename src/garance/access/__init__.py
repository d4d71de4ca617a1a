"""Who may see or do what, at which level, until when; the only door to stored facts (habilitations)."""
