"""Side-by-side runs of pgquill and PostgreSQL 18 on the same machine, in the same run."""
