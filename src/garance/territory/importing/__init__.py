"""From a folder of what a town has to the content of a pack: recognised, chosen, checked, told (import)."""
