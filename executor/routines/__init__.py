"""Functions and procedures that users make: their facts for the binder, and how they run. README.md narrates a call."""
