"""Scripts for those who work on pgquill: facts taken from PostgreSQL, the demo server, the conformance score."""
