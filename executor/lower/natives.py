"""Calls that SQLite can compute itself for some arguments: one table of what executor.lower's modules know of."""

from collections.abc import Callable

from executor import plan
from executor.lower import json_fields, patterns, scaled_calls, scaled_comparisons
from executor.lower.generator import Generator

NATIVES: dict[str, Callable[[Generator, plan.Call], str | None]] = {
    **dict.fromkeys(scaled_calls.COMPUTED, scaled_calls.computed), **json_fields.CALLS,
    **scaled_comparisons.COMPARISONS, **patterns.CALLS,
}  # fmt: skip
"""By signature: the SQL text of a call, None if it is to be printed as its builtin says."""
