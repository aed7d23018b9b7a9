"""SQL text -> parse tree -> typed plan -> SQLite SQL; types, functions, catalogs, sessions. See README.md."""
