import msgspec
from hypothesis import given
from hypothesis import strategies as st

from executor.catalog.load import BUILT_IN_SCHEMAS
from executor.catalog.model import (
    FIRST_TEMPORARY_OID,
    Catalog,
    Column,
    Comment,
    Constraint,
    Index,
    IndexColumn,
    Relation,
    Schema,
    Sequence,
)
from executor.catalog.store import changes
from tests.executor.catalog.plain_file import load, made, store

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
OIDS = st.integers(16384, FIRST_TEMPORARY_OID - 1)


def columns() -> st.SearchStrategy[tuple[Column, ...]]:
    column = st.builds(Column, name=TEXTS, number=st.integers(1, 1600), type=OIDS, typmod=st.integers(-1, 99),
                       not_null=st.booleans(), default=st.none() | TEXTS, identity=st.sampled_from(["", "a", "d"]))
    return st.lists(column, max_size=3).map(tuple)


def relations() -> st.SearchStrategy[list[Relation]]:
    constraints = st.lists(st.builds(Constraint, oid=OIDS, name=TEXTS, kind=st.sampled_from("pucfn"),
                                     columns=st.lists(st.integers(1, 9), max_size=3).map(tuple), expression=TEXTS,
                                     referenced=OIDS, match=st.sampled_from("sf")), max_size=3).map(tuple)
    indexes = st.lists(st.builds(Index, oid=OIDS, name=TEXTS, table=OIDS, columns=st.lists(
        st.builds(IndexColumn, column=st.integers(0, 9), expression=TEXTS), max_size=2).map(tuple),
        options=st.dictionaries(TEXTS, TEXTS, max_size=2)), max_size=2).map(tuple)
    relation = st.builds(Relation, oid=OIDS, schema=TEXTS, name=TEXTS, kind=st.sampled_from("rvm"), columns=columns(),
                         constraints=constraints, indexes=indexes, definition=TEXTS,
                         options=st.dictionaries(TEXTS, TEXTS, max_size=2), row_type=OIDS, populated=st.booleans())
    return st.lists(relation, max_size=4, unique_by=(lambda r: r.oid, lambda r: (r.schema, r.name)))


@st.composite
def catalogs(draw: st.DrawFn) -> Catalog:
    found = draw(relations())
    used = {r.oid for r in found}
    sequences = draw(st.lists(st.builds(Sequence, oid=OIDS.filter(lambda o: o not in used), schema=TEXTS, name=TEXTS,
                                        owned_by=st.none() | st.tuples(OIDS, st.integers(1, 9))),
                              max_size=3, unique_by=lambda s: s.oid))
    used |= {s.oid for s in sequences}
    schemas = draw(st.lists(st.builds(Schema, oid=OIDS.filter(lambda o: o not in used), name=TEXTS), max_size=3,
                            unique_by=lambda s: s.oid))
    comments = draw(st.lists(st.builds(Comment, catalog=st.sampled_from(["pg_class", "pg_type"]), object=OIDS,
                                       sub=st.integers(0, 5), text=TEXTS), max_size=4,
                             unique_by=lambda c: (c.catalog, c.object, c.sub)))
    return Catalog(
        version=0, relations=tuple(sorted(found, key=lambda r: r.oid)),
        sequences=tuple(sorted(sequences, key=lambda s: s.oid)),
        schemas=(*BUILT_IN_SCHEMAS, *sorted(schemas, key=lambda s: s.oid)),
        comments=tuple(sorted(comments, key=lambda c: (c.object, c.catalog, c.sub))),
        next_oid=draw(st.integers(16384, 99999)))


@given(catalogs(), catalogs())
def test_stored_catalog_is_loaded_the_same(first: Catalog, second: Catalog) -> None:
    database = made()
    for old, new in ((load(database), first), (first, second)):
        store(database, old, new)
        assert msgspec.structs.replace(load(database), version=0) == new


def test_equal_catalogs_need_no_statement() -> None:
    catalog = load(made("CREATE TABLE t(a)"))
    assert changes(catalog, catalog) == []


def test_table_of_another_program_is_stored_only_when_something_refers_to_it() -> None:
    database = made("CREATE TABLE t(a)", "CREATE TABLE u(a)")
    catalog = load(database)
    oid = catalog.relations_by_name["public", "t"].oid
    store(database, catalog, msgspec.structs.replace(
        catalog, comments=(Comment(catalog="pg_class", object=oid, sub=0, text="x"),)))
    assert database.execute("SELECT oid FROM pgquill_object WHERE oid > 0").fetchall() == [(oid,)]
    assert load(database).relations_by_name["public", "t"].oid == oid


def test_temporary_table_is_not_stored() -> None:
    database = made()
    catalog = load(database)
    temporary = Relation(oid=16384, schema="pg_temp", name="t", sqlite_schema="temp", sqlite_name="t")
    assert changes(catalog, msgspec.structs.replace(catalog, relations=(temporary,))) == []


def test_dropped_and_renamed_public_stay_so() -> None:
    for schemas in ((), (Schema(oid=2200, name="private"),)):
        database = made()
        catalog = load(database)
        new = msgspec.structs.replace(catalog, schemas=(BUILT_IN_SCHEMAS[0], BUILT_IN_SCHEMAS[2], *schemas))
        store(database, catalog, new)
        assert load(database).schemas == new.schemas


def test_create_text_is_recorded_as_sqlite_has_it() -> None:
    database = made("create  table   t(a  INT)")
    catalog = load(database)
    table = msgspec.structs.replace(catalog.relations[0], oid=16384, made_elsewhere=False, sqlite_sql="")
    store(database, catalog, msgspec.structs.replace(catalog, relations=(table,)))
    assert load(database).relations[0].sqlite_sql == "CREATE TABLE t(a  INT)"
