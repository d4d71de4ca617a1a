"""Symbol sets: the charters that drawings are made with, as data (SITAC, charte graphique)."""
