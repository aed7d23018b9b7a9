"""COPY."""

COMMANDS: dict[str, object] = {}
