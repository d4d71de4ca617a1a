"""The logbook: what was said, done, ordered and decided, line by line (main courante)."""
