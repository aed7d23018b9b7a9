"""Expressions and views, printed and compared with what PostgreSQL 18 printed (recorded.json, made by record.py)."""

import json
from pathlib import Path

import pytest

from executor.bind.query import bind_query
from executor.bind.scope import Scope
from executor.catalog.model import Catalog, Column, Relation, Schema, Sequence
from executor.deparse import stored
from executor.parse import parse_one

RECORDED = json.loads((Path(__file__).parent / "recorded.json").read_text())
PATH = ("pg_catalog", "public")


def make_catalog() -> Catalog:
    """The recorded relations and sequences."""
    relations, sequences = [], []
    for i, (schema, name, kind, columns, query) in enumerate(RECORDED["relations"]):
        oid = 16400 + 10 * i
        if kind == "S":
            sequences.append(Sequence(oid=oid, schema=schema, name=name))
            continue
        relations.append(Relation(
            oid=oid, schema=schema, name=name, kind=kind, definition=query, row_type=oid + 1, array_type=oid + 2,
            columns=tuple(Column(name=n, number=j, type=t, typmod=m) for j, (n, t, m) in enumerate(columns, 1))))
    schemas = (Schema(oid=2200, name="public"), Schema(oid=16399, name="other"))
    return Catalog(version=1, relations=tuple(relations), sequences=tuple(sequences), schemas=schemas)


CATALOG = make_catalog()


def printed(sql: str, *, pretty: bool) -> str:
    """The query as a view's definition."""
    base = CATALOG.relations_by_name["public", "base"]
    bound = bind_query(stored.statement(CATALOG, base), Scope(), parse_one(sql))
    names = tuple(target.name for target in bound.targets if not target.hidden)
    return stored.query_text(CATALOG, PATH, bound, names, pretty=pretty)


@pytest.mark.parametrize("expression", RECORDED["expressions"])
def test_expression_prints_as_postgresql_does(expression: str) -> None:
    plain, pretty = RECORDED["expressions"][expression]
    sql = f"SELECT {expression} AS x FROM q"
    assert (printed(sql, pretty=False), printed(sql, pretty=True)) == (plain, pretty)


@pytest.mark.parametrize("query", RECORDED["views"])
def test_view_prints_as_postgresql_does(query: str) -> None:
    plain, pretty = RECORDED["views"][query]
    assert (printed(query, pretty=False), printed(query, pretty=True)) == (plain, pretty)
