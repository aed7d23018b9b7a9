"""Parse tree -> typed plan: names to objects, then types by PostgreSQL's rules. Start reading at executor.bind.statement."""
