"""All expressions, in a fixed order."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from tests.differential import casts, nested, sets, signatures, syntax
from tests.differential.groups import depends_on_today, group_of
from tests.differential.model import Case


def everything() -> Iterator[Case]:
    """Every case once, under its settings."""
    seen: set[str] = set()
    for case in chain(
        signatures.all_calls(9), signatures.resolution(1500), casts.inputs(), casts.casts(7), casts.functional(150),
            nested.nested(2500),
        nested.shapes(45), sets.aggregates(3), sets.windows(6), sets.subscripts(), sets.arrays(250), sets.rows(300),
            sets.ordering(5),
        sets.returning_sets(), syntax.syntax(16),
    ):
        if case.text not in seen and not (depends_on_today(case.text) and "timetz" in case.text):
            seen.add(case.text)
            yield replace(case, group=group_of(case.text))
