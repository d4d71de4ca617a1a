"""Telemetry beside the journal: positions and measures, indexed by time, sealed in segments whose digest is a fact."""
