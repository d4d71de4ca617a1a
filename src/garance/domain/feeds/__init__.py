"""Feeds: what a connection of the node brings into a situation, and what a person lets in by hand (flux)."""
