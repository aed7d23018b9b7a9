"""The built-in functions: tables of how each of PostgreSQL's functions runs on SQLite. Start at base.py."""
