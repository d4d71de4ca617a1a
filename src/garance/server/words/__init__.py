"""The words a person reads from the command line and the reference pages: French first, English beside."""
