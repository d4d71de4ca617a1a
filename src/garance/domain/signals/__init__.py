"""Signals: who listens to whom, on which net, and what when it fails (ordre complémentaire des transmissions, OCT)."""
