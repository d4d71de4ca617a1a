"""The sockets: what a plug must offer to be plugged in, as typed protocols."""
