"""NMEA: a satellite receiver that says where it is itself (récepteur GPS)."""
