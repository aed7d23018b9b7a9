"""Standbys and replication slots: to come. See README.md."""
