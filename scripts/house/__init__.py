"""What `./run` does, with nothing but Python's own library: it must work before anything is installed."""
