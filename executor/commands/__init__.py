"""Statements that are not queries, one module per family. executor.commands.registry maps parse nodes to them."""
