"""The French 15-18-112 hub: cases, means and positions shared by fire, health and police (Hub Santé, NexSIS)."""
