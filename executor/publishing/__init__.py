"""What decoding the log needs to know of tables: facts, publications, and how rows are told. See README.md of replication/."""
