"""The map on paper: to scale, A4 to A0, with its squares, its legend and its title block (planche)."""
