"""Typed plan -> SQLite SQL. The only maker of SQLite's SQL in queries; always from nodes. Start reading at executor.lower.generator."""
