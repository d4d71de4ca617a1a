"""TAK and Cursor on Target: what field phones and tablets say of themselves and of the map (TAK, CoT)."""
