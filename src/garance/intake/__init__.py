"""Intake: the ordered list of checks between the outside and the journal; what is set aside keeps its reason."""
