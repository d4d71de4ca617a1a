"""Resources: people, vehicles and goods engaged (moyens)."""
