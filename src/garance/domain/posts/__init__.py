"""Who holds which post until when (tableau de service), and the beat of the staff (cycle de l'état-major)."""
