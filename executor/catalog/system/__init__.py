"""pg_catalog and information_schema: relations that are derived, never stored in the user's file.

`relations` says what they look like (from the facts), `producers` gives their rows. A statement that reads one has
it as a table `catalog."pg_catalog.pg_class"` in an attached in-memory database, filled from its producer when stale.
"""
