"""The SQLite file: connections, snapshots, transactions, the write queue. Start reading at README.md."""
