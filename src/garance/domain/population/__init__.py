"""The people concerned: tolls (bilans), zones to leave (évacuation) and places that take in (accueil)."""
