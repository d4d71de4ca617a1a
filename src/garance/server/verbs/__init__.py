"""What the command line can do, one module per kind of verb; `cli` puts them together."""
