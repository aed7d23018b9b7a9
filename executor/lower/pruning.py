"""Leaves out the partitions that a query's conditions cannot reach (see executor.lower.trees).

Where a WHERE compares a column of the partition key with values that no row has to be read for, a partition can have such
rows only if its bounds allow them. That is a test of these values alone: SQLite makes it once, before it opens the
partition's table. So it serves for constants and for parameters alike. A test may be too generous, never too strict.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from executor import plan, walk
from executor.catalog.model import Bound, Catalog, KeyPart, PartitionKey, Relation
from executor.facts import lookup
from executor.lower.expressions import is_volatile
from executor.lower.rewriting import range_entries, replace, replace_entries
from executor.plan import Const, Expr, FromItem, Query, Select
from executor.types import oids as T
from executor.types.base import Env
from executor.types.registry import codec


class Fact(msgspec.Struct, frozen=True):
    """A condition on a column of a tree: compared by an operator with one of these values."""

    entry: int
    column: int
    operator: str
    values: tuple[Expr, ...]


MIRRORED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def pruned(p: Any, catalog: Catalog) -> Any:
    """The plan with a test in each part of a tree that the conditions could exclude."""
    from executor.lower.trees import TreeEntry

    facts: dict[int, list[Fact]] = {}
    for node in walk.nodes(p):
        if isinstance(node, Select) and node.where is not None:
            own = range_entries(node.source)
            for fact in _facts(node.where):
                if fact.entry in own:
                    facts.setdefault(fact.entry, []).append(fact)
    if not facts:
        return p

    def change(entry: FromItem) -> FromItem:
        if not isinstance(entry, TreeEntry) or entry.number not in facts:
            return entry
        names = {fact: entry.columns[fact.column][0] for fact in facts[entry.number]}
        return replace(entry, query=_tested(entry.query, names, catalog))

    return replace_entries(p, change)


# ---------------------------------------------------------------- what the WHERE says


def _facts(where: Expr) -> Iterator[Fact]:
    if isinstance(where, plan.BoolOp) and where.operator == "AND":
        for argument in where.arguments:
            yield from _facts(argument)
    elif isinstance(where, plan.Call) and where.operator in MIRRORED and len(where.arguments) == 2:
        left, right = where.arguments
        if (column := _column(left)) is not None and _is_known(right):
            yield Fact(column.entry, column.index, where.operator, (right,))
        elif (column := _column(right)) is not None and _is_known(left):
            yield Fact(column.entry, column.index, MIRRORED[where.operator], (left,))
    elif isinstance(where, plan.InList) and not where.negated and (column := _column(where.value)) is not None \
            and all(map(_is_known, where.items)):
        yield Fact(column.entry, column.index, "=", where.items)


def _column(expr: Expr) -> plan.ColumnRef | None:
    while isinstance(expr, plan.Relabel):
        expr = expr.argument
    return expr if isinstance(expr, plan.ColumnRef) and expr.index >= 0 else None


def _is_known(expr: Expr) -> bool:
    """True for what is the same whatever row is looked at."""
    return isinstance(expr, (Const, plan.Param)) and not is_volatile(expr)


# ---------------------------------------------------------------- the tests


def _tested(q: Query, names: dict[Fact, str], catalog: Catalog) -> Query:
    if isinstance(q, plan.SetOperation):
        return replace(q, left=_tested(q.left, names, catalog), right=_tested(q.right, names, catalog))
    assert isinstance(q, Select)
    if not q.source:
        return q
    (entry,) = q.source
    assert isinstance(entry, plan.TableEntry)
    tests = [test for fact, name in names.items() for test in _of_table(catalog, entry.relation, fact, name)]
    if not tests:
        return q
    return replace(q, where=tests[0] if len(tests) == 1 else plan.BoolOp(type=T.BOOL, operator="AND", arguments=tuple(tests)))


def _of_table(catalog: Catalog, table: Relation, fact: Fact, name: str) -> Iterator[Expr]:
    """The tests of a partition's bounds, and those of the partitions that it is in."""
    while table.bound is not None:
        parent = catalog.relations_by_oid[table.parents[0]]
        key = parent.partition_key
        assert key is not None
        first = key.parts[0]
        if first.column and parent.by_number[first.column].name == name and not table.bound.default:
            alternatives = [_allows(key, table.bound, fact.operator, value) for value in fact.values]
            if all(test is not None for test in alternatives):
                yield _joined("OR", [test for test in alternatives if test is not None])
        table = parent


def _allows(key: PartitionKey, bound: Bound, operator: str, value: Expr) -> Expr | None:
    """Whether a partition can have a row whose key compares so with a value; None if there is nothing to test."""
    part = key.parts[0]
    if key.strategy == "l":
        if operator != "=" or None in bound.values:
            return None
        equal = [_compared(value, "=", part, text) for text in bound.values if text is not None]
        return None if any(test is None for test in equal) else _joined("OR", [test for test in equal if test is not None])
    tests = []
    (kind, text), (other_kind, other) = bound.lower[0], bound.upper[0]
    if operator in ("=", "<", "<=") and kind == "value":
        tests.append(_compared(value, ">=", part, text))
    if operator in ("=", ">", ">=") and other_kind == "value":
        tests.append(_compared(value, "<" if len(key.parts) == 1 else "<=", part, other))
    found = [test for test in tests if test is not None]
    return _joined("AND", found) if found else None


def _joined(operator: str, tests: list[Expr]) -> Expr:
    return tests[0] if len(tests) == 1 else plan.BoolOp(type=T.BOOL, operator=operator, arguments=tuple(tests))


def _compared(value: Expr, operator: str, part: KeyPart, text: str) -> Expr | None:
    """value operator constant; None for types that are not compared by an operator of their own."""
    type_ = lookup.base_type(part.type) if part.type in lookup.types_by_oid() else 0
    type_ = T.TEXT if type_ == T.VARCHAR else type_
    found = lookup.operator_by_signature(operator, value.type, type_) if type_ else None
    if found is None:
        return None
    constant = Const(type=type_, value=codec(type_).parse(text, -1, Env()))
    function = lookup.functions_by_oid()[found.function]
    return plan.Call(type=T.BOOL, function=function, arguments=(value, constant), operator=operator)
