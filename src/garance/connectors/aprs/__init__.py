"""APRS: what radio amateurs say of where they are (réseau APRS)."""
