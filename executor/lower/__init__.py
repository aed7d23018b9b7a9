"""Typed plan -> SQLite SQL, always from nodes. Start reading at executor.lower.generator."""
