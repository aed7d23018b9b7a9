"""How triggers fire: README.md tells it in order."""
