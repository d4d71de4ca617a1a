"""Feeds: what a connection brings into a situation and shows of it, and what a person lets in by hand (flux)."""
