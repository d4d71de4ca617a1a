"""Who is at the door: accounts, passwords, second factor, sessions, wall screens, sign-in by another service."""
