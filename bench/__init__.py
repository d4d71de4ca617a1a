"""Benchmarks: each number is a ratio to a peer or a limit measured in the same run. `python -m bench [--quick]`."""
