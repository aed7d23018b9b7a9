"""The types: how values are stored, read and printed. Start at base.py; registry.py finds a type's codec."""
