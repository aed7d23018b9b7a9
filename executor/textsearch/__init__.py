"""Full text search: from texts to vectors and queries, matching, ranking, rewriting and headlines. See README.md."""
