"""Courses of action: ways of conducting the operation, compared, one of them chosen (modes d'action)."""
