"""Replays scripts/*.sql and compares answers and final catalog with PostgreSQL 18's (see record.py)."""

import json
from pathlib import Path
from typing import Any

import pytest

from executor.catalog.model import Catalog, Relation
from executor.errors import SqlError
from tests.executor.ddl.session import Session

SCRIPTS = Path(__file__).parent / "scripts"
NAMES = sorted(path.stem for path in SCRIPTS.glob("*.sql"))


def replay(session: Session, text: str) -> tuple[Any, list[list[str]]]:
    before = len(session.notice_errors)
    try:
        answer: Any = session.run(text)
    except SqlError as error:
        answer = [error.sqlstate, error.message, error.detail, error.hint]
    return answer, [[n.sqlstate, n.message, n.detail or ""] for n in session.notice_errors[before:]]


def differences(name: str) -> tuple[Session, list[str]]:
    recorded = json.loads((SCRIPTS / f"{name}.json").read_text())
    session = Session()
    found = []
    for item in recorded["answers"]:
        answer, notices = replay(session, item["sql"])
        if answer != item["answer"]:
            found.append(f"{item['sql']}\n  expected {item['answer']}\n  got      {answer}")
        elif notices != item["notices"]:
            found.append(f"{item['sql']}\n  expected {item['notices']}\n  got      {notices}")
    return session, found


@pytest.mark.parametrize("name", NAMES)
def test_script_answers_as_postgresql_did(name: str) -> None:
    session, found = differences(name)
    assert not found, "\n".join(found)
    expected = json.loads((SCRIPTS / f"{name}.json").read_text())["state"]
    state = state_of(session.catalog)
    for part, rows in expected.items():
        assert state[part] == rows, part


def user_relations(catalog: Catalog) -> list[Relation]:
    found = [r for r in catalog.relations if r.schema != "pg_temp"]
    return sorted(found, key=lambda r: (r.schema.encode(), r.name.encode()))


def state_of(catalog: Catalog) -> dict[str, list[Any]]:
    """The catalog as record.STATE asks for it."""
    relations = user_relations(catalog)
    by_oid = catalog.relations_by_oid
    columns = [
        [r.schema, r.name, r.kind, c.number, c.name, c.type, c.typmod, c.not_null, c.identity, c.generated]
        for r in relations
        for c in r.columns
    ]
    constraints = [
        [
            r.schema,
            r.name,
            c.name,
            c.kind,
            list(c.columns) or None,
            c.deferrable,
            c.deferred,
            c.validated,
            c.enforced,
            by_oid[c.referenced].name if c.referenced else None,
            list(c.referenced_columns) or None,
            c.on_update if c.kind == "f" else " ",
            c.on_delete if c.kind == "f" else " ",
        ]
        for r in relations
        for c in sorted(r.constraints, key=lambda c: c.name.encode())
    ]
    indexes = [
        [
            r.schema,
            r.name,
            i.name,
            i.unique,
            i.primary,
            i.nulls_not_distinct,
            " ".join(str(n) for n in [*(k.column for k in i.columns), *i.included]),
            len(i.columns),
            i.method,
            [f"{k}={v}" for k, v in i.options.items()] or None,
            bool(i.predicate),
        ]
        for r in relations
        for i in sorted(r.indexes, key=lambda i: i.name.encode())
    ]
    sequences = [
        [
            s.schema,
            s.name,
            s.type,
            s.start,
            s.increment,
            s.minimum,
            s.maximum,
            s.cache,
            s.cycle,
            shown(by_oid[s.owned_by[0]]) if s.owned_by else None,
            s.owned_by[1] if s.owned_by else None,
        ]
        for s in sorted(catalog.sequences, key=lambda s: (s.schema.encode(), s.name.encode()))
    ]
    comments = sorted([c.catalog, c.sub, c.text] for c in catalog.comments)
    schemas = sorted(s.name for s in catalog.schemas if s.name not in ("pg_catalog", "information_schema"))
    return {
        "columns": columns,
        "constraints": constraints,
        "indexes": indexes,
        "sequences": sequences,
        "comments": comments,
        "schemas": [[name] for name in schemas],
    }


def shown(relation: Relation) -> str:
    return relation.name if relation.schema == "public" else f"{relation.schema}.{relation.name}"
