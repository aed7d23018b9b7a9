"""Stored texts of defaults, checks, index expressions and views. Expected values come from PostgreSQL 18."""

import pytest
from msgspec.structs import replace

from executor.bind.service import BinderService
from executor.catalog.definitions import KEYS_NODE, constraint_definition, index_definition, node_tree
from executor.catalog.model import Catalog, Column, Constraint, Index, IndexColumn, Relation
from executor.context import Context
from executor.deparse import stored
from executor.parse import parse_one
from tests.executor.deparse.test_query import CATALOG, PATH

INT4, TEXT, VARCHAR, NUMERIC, TIMESTAMPTZ, BPCHAR, BOOL, INT8 = 23, 25, 1043, 1700, 1184, 1042, 16, 20

# (type, typmod, text as stored, pg_get_expr, pretty)
DEFAULTS = [
    (VARCHAR, 24, "'x'", "'x'::character varying", "'x'::character varying"),
    (TEXT, -1, "'x'", "'x'::text", "'x'::text"),
    (BPCHAR, 9, "'x'", "'x'::bpchar", "'x'::bpchar"),
    (NUMERIC, 655366, "0", "0", "0"),
    (NUMERIC, 655366, "1.5", "1.5", "1.5"),
    (INT8, -1, "5", "5", "5"),
    (INT4, -1, "'7'", "7", "7"),
    (INT4, -1, "-1", "'-1'::integer", "'-1'::integer"),
    (INT4, -1, "nextval('public.q_seq'::regclass)", "nextval('q_seq'::regclass)", "nextval('q_seq'::regclass)"),
    (INT4, -1, "nextval('other.o_seq'::regclass)", "nextval('other.o_seq'::regclass)", "nextval('other.o_seq'::regclass)"),
    (TIMESTAMPTZ, -1, "now()", "now()", "now()"),
    (TIMESTAMPTZ, -1, "CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP"),
    (1114, -1, "now() AT TIME ZONE 'utc'", "(now() AT TIME ZONE 'utc'::text)", "(now() AT TIME ZONE 'utc'::text)"),
    (BOOL, -1, "true", "true", "true"),
    (INT4, -1, "1 + 2 * 3", "(1 + (2 * 3))", "1 + 2 * 3"),
    (TEXT, -1, "NULL", "NULL::text", "NULL::text"),
]


def relation(*columns: Column) -> Relation:
    return Relation(oid=20000, schema="public", name="made", columns=columns)


def with_relation(made: Relation) -> Catalog:
    return replace(CATALOG, relations=(*CATALOG.relations, made))


@pytest.mark.parametrize(("oid", "typmod", "text", "plain", "pretty"), DEFAULTS)
def test_default_prints_for_its_column(oid: int, typmod: int, text: str, plain: str, pretty: str) -> None:
    column = Column(name="c", number=1, type=oid, typmod=typmod, default=text)
    made = relation(column)
    catalog = with_relation(made)
    assert stored.default_text(catalog, PATH, made, column) == plain
    assert stored.default_text(catalog, PATH, made, column, pretty=True) == pretty


def test_default_that_cannot_be_bound_is_shown_as_it_is_stored() -> None:
    column = Column(name="c", number=1, type=INT4, default="gone(1)")
    made = relation(column)
    assert stored.default_text(with_relation(made), PATH, made, column) == "gone(1)"


A, B = Column(name="a", number=1, type=INT4), Column(name="b", number=2, type=TEXT)


def test_check_prints_plain_and_pretty() -> None:
    made = relation(A, B)
    constraint = Constraint(oid=1, name="k", kind="c", expression="a > 0 AND b <> 'q'")
    catalog = with_relation(made)
    assert constraint_definition(catalog, made, constraint, PATH) == "CHECK (((a > 0) AND (b <> 'q'::text)))"
    assert constraint_definition(catalog, made, constraint, PATH, pretty=True) == "CHECK (a > 0 AND b <> 'q'::text)"


def test_index_prints_expressions_and_predicate() -> None:
    keys = tuple(IndexColumn(expression=text) for text in ("a + 1", "lower(b)", "b || 'x'"))
    index = Index(oid=20001, name="i", table=20000, columns=keys, predicate="a > 1")
    made = replace(relation(A, B), indexes=(index,))
    catalog = with_relation(made)
    assert index_definition(catalog, made, index, PATH) == (
        "CREATE INDEX i ON public.made USING btree (((a + 1)), lower(b), ((b || 'x'::text))) WHERE (a > 1)")
    assert index_definition(catalog, made, index, PATH, pretty=True) == (
        "CREATE INDEX i ON made USING btree ((a + 1), lower(b), (b || 'x'::text)) WHERE a > 1")
    node = KEYS_NODE % index.oid
    assert node_tree(catalog, node, made.oid, PATH) == "(a + 1), lower(b), (b || 'x'::text)"
    assert node_tree(catalog, node, made.oid, PATH, pretty=True) == "a + 1, lower(b), b || 'x'::text"


def stored_view(sql: str) -> Relation:
    context = Context("d", "u")
    context.catalog = CATALOG
    bound = BinderService(CATALOG, context, ("public", "pg_catalog"), "").bind_view(parse_one(sql))
    columns = tuple(Column(name=n, number=i, type=t, typmod=m) for i, (n, t, m) in enumerate(bound.columns, 1))
    return Relation(oid=20002, schema="public", name="w", kind="v", definition=bound.sql_pg, columns=columns)


@pytest.mark.parametrize(("sql", "expected"), [
    ("SELECT y, z FROM t1 JOIN t2 USING (x) WHERE z > 1 ORDER BY y",
     " SELECT t1.y,\n    t2.z\n   FROM t1\n     JOIN t2 USING (x)\n  WHERE t2.z > 1\n  ORDER BY t1.y;"),
    ("SELECT * FROM t1 NATURAL JOIN t2", " SELECT t1.x,\n    t1.y,\n    t2.z\n   FROM t1\n     JOIN t2 USING (x);"),
    ("SELECT w, z FROM t2 NATURAL LEFT JOIN (SELECT w FROM t3) s",
     " SELECT s.w,\n    t2.z\n   FROM t2\n     LEFT JOIN ( SELECT t3.w\n           FROM t3) s ON true;"),
    ("SELECT y FROM t1 WHERE EXISTS (SELECT 1 FROM t2 WHERE z = y)",
     " SELECT y\n   FROM t1\n  WHERE (EXISTS ( SELECT 1\n           FROM t2\n          WHERE t2.z = t1.y));"),
])
def test_view_keeps_its_meaning_when_a_table_gets_a_column(sql: str, expected: str) -> None:
    view = stored_view(sql)
    wider = tuple(replace(r, columns=(*r.columns, Column(name="y", number=9, type=INT4))) if r.name == "t2" else r
                  for r in CATALOG.relations)
    catalog = replace(CATALOG, relations=(*wider, view))
    assert stored.view_text(catalog, PATH, view, pretty=True) == expected
