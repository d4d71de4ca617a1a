"""The protocol of OsmAnd, that Traccar Client and many others speak (traceurs par adresse)."""
