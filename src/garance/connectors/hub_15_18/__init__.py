"""The French 15-18-112 hub: cases, means and positions exchanged between fire, health and police (Hub Santé, NexSIS)."""
