"""Incidents: what goes wrong and where (événements et sinistres), and the networks that are down (réseaux coupés)."""
