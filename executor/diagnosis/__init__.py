"""How PostgreSQL would report the constraint that a statement violated. The entry is executor.diagnose."""
