"""PL/pgSQL: lexer -> parser (syntax tree with resolved variables) -> interpreter. README.md narrates a run."""
