"""Random numbers after setseed are PostgreSQL's."""

import pytest

from executor.builtins.random import generator, random_between, random_numeric, setseed
from executor.sqlstates import InvalidParameterValue
from tests.executor.builtins.harness import new_context


def test_numbers_after_setseed_are_postgresqls() -> None:
    context = new_context()
    setseed(context, 0.5)
    found = [generator(context).double(), generator(context).double(), random_between(context, 1, 100),
             random_between(context, 1, 1000000000000), random_numeric(context, "0.0", "1.00"),
             generator(context).normal(0, 1), random_between(context, -5, 5)]
    assert found == [0.9851677175347999, 0.825301858027981, 17, 179839331958, "0.82", -1.5976119949210055, -3]


def test_sessions_have_generators_of_their_own() -> None:
    first, second = new_context(), new_context()
    setseed(first, 0.1)
    setseed(second, 0.1)
    assert generator(first).double() == generator(second).double()


def test_bounds_in_wrong_order_are_refused() -> None:
    with pytest.raises(InvalidParameterValue):
        random_between(new_context(), 2, 1)
