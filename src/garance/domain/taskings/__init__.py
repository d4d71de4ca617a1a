"""What is to be done and by whom: missions, orders, objectives, action sheets, handovers (missions et ordres)."""
