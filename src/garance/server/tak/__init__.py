"""What TAK devices ask over HTTP: to be enrolled, data packages, missions (côté HTTP de TAK)."""
