"""What a database contains, as PostgreSQL sees it. Start reading at executor.catalog.model."""
