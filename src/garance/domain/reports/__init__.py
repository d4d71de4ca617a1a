"""Reports: the situation as someone tells it to others at a moment, and answers for (points de situation)."""
