"""Brings all statements' handlers in; import this before a body is run."""

from executor.plpgsql import control, cursors, messages, queries

__all__ = ["control", "cursors", "messages", "queries"]
