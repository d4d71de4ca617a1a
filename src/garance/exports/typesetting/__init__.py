"""From manuscripts to pages: the layouts, the fonts, and the press that sets them (composition)."""
