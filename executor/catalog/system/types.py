"""Producers of pg_type and pg_enum, and the rows of pg_constraint and pg_depend that are about types."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from executor.catalog.constructors import difference_function
from executor.catalog.model import UserType
from executor.catalog.system import objects
from executor.catalog.system.session_view import SessionView
from executor.catalog.system.shape import Row, maker
from executor.catalog.typenames import DEFAULT_PATH, find_type
from executor.catalog.usertypes import multirange_over
from executor.facts import table
from executor.privileges.rules import owner_of

_ENUM_IO = (3506, 3507, 3532, 3533)  # enum_in, enum_out, enum_recv, enum_send
_RECORD_IO = (2290, 2291, 2402, 2403)
_ARRAY_IO = (750, 751, 2400, 2401)
_DOMAIN_IN, _DOMAIN_RECV = 2597, 2598
_RANGE_ANALYZE, _MULTIRANGE_ANALYZE = 3916, 4242
_RANGE_IO = (3834, 3835, 3836, 3837)
_MULTIRANGE_IO = (4231, 4232, 4233, 4234)
_ARRAY_SUBSCRIPT_HANDLER, _ARRAY_ANALYZE = 6179, 3816

_type_row = maker(
    "pg_catalog.pg_type", typowner=objects.OWNER, typlen=-1, typbyval=0, typispreferred=0, typisdefined=1, typdelim=",",
    typmodin=0, typmodout=0, typalign="d", typstorage="x", typnotnull=0, typbasetype=0, typtypmod=-1, typndims=0,
    typcollation=0, typrelid=0, typsubscript=0, typelem=0, typanalyze=0)


def _io(procedures: tuple[int, int, int, int]) -> dict[str, int]:
    return dict(zip(("typinput", "typoutput", "typreceive", "typsend"), procedures, strict=True))


def pg_type(view: SessionView) -> Iterator[Row]:
    """The built-in types, row types, enums, domains, and arrays of them."""
    yield from (tuple(row) for row in table("pg_type").rows)
    for relation in view.catalog.relations:
        schema = objects.namespace(view.catalog, relation.schema)
        if relation.row_type:
            yield _type_row(
                oid=relation.row_type, typowner=owner_of(relation),
                typname=relation.name, typnamespace=schema, typtype="c", typcategory="C",
                typrelid=relation.oid, typarray=relation.array_type, **_io(_RECORD_IO))
        if relation.array_type:
            yield _array(relation.array_type, relation.name, schema, relation.row_type, owner=owner_of(relation))
    for made in view.catalog.types:
        schema = objects.namespace(view.catalog, made.schema)
        yield _MADE[made.kind](view, made, schema)
        base = _storage_of(view, made.oid if made.kind in "rm" else made.base) if made.base else {}
        yield _array(made.array_type, made.name, schema, made.oid, align="d" if base.get("typalign") == "d" else "i",
                     delimiter=base.get("typdelim", ","), collation=made.collation if made.kind == "d" else 0,
                     owner=owner_of(made))


def _array(oid: int, name: str, schema: int, element: int, align: str = "d", delimiter: str = ",",
           collation: int = 0, owner: int = objects.OWNER) -> Row:
    return _type_row(
        oid=oid, typowner=owner, typname=f"_{name}"[:63], typnamespace=schema, typtype="b", typcategory="A", typdelim=delimiter,
        typsubscript=_ARRAY_SUBSCRIPT_HANDLER, typelem=element, typarray=0, typanalyze=_ARRAY_ANALYZE, typalign=align,
        typcollation=collation, **_io(_ARRAY_IO))


def _owned(view: SessionView, made: UserType) -> dict[str, Any]:
    return {"typowner": owner_of(made), "typacl": view.acl(made.acl)}


def _enum(view: SessionView, made: UserType, schema: int) -> Row:
    return _type_row(
        oid=made.oid, **_owned(view, made),
        typname=made.name, typnamespace=schema, typlen=4, typbyval=1, typtype="e", typcategory="E",
        typarray=made.array_type, typalign="i", typstorage="p", **_io(_ENUM_IO))


def _range(view: SessionView, made: UserType, schema: int) -> Row:
    is_range = made.kind == "r"
    return _type_row(
        oid=made.oid, **_owned(view, made),
        typname=made.name, typnamespace=schema, typtype=made.kind, typcategory="R", typarray=made.array_type,
        typalign=objects.storage(made.oid, view.catalog).align, typanalyze=_RANGE_ANALYZE if is_range else _MULTIRANGE_ANALYZE,
        **_io(_RANGE_IO if is_range else _MULTIRANGE_IO))


def pg_range(view: SessionView) -> Iterator[Row]:
    """Range types, the built-in ones first."""
    yield from (tuple(row) for row in table("pg_range").rows)
    for made in view.catalog.types:
        if made.kind == "r":
            difference = difference_function(tuple(made.difference.split(".")), made.base)
            yield _range_row(
                rngtypid=made.oid, rngsubtype=made.base, rngmultitypid=multirange_over(view.catalog, made).oid,
                rngcollation=made.collation, rngsubopc=objects.operator_class("btree", find_type(view.catalog, made.base), ""),
                rngcanonical=0, rngsubdiff=difference.oid if difference is not None else 0)


_range_row = maker("pg_catalog.pg_range")
_INHERITED = ("typlen", "typbyval", "typalign", "typstorage", "typcategory", "typdelim", "typoutput", "typsend",
              "typanalyze")


@cache
def _built_in() -> dict[int, dict[str, Any]]:
    return {row[0]: dict(zip(_INHERITED, row[1:], strict=True)) for row in table("pg_type").select("oid", *_INHERITED)}


def _storage_of(view: SessionView, oid: int) -> dict[str, Any]:
    """What a domain takes over from its base type."""
    if oid in _built_in():
        return _built_in()[oid]
    made = view.catalog.types_by_oid.get(oid)
    if made is not None and made.kind == "d":
        return _storage_of(view, made.base)
    common = {"typdelim": ",", "typanalyze": 0}
    if made is not None and made.kind in "rm":
        io = _RANGE_IO if made.kind == "r" else _MULTIRANGE_IO
        return {"typlen": -1, "typbyval": 0, "typalign": objects.storage(made.oid, view.catalog).align, "typstorage": "x",
                "typcategory": "R", "typoutput": io[1], "typsend": io[3], "typdelim": ",",
                "typanalyze": _RANGE_ANALYZE if made.kind == "r" else _MULTIRANGE_ANALYZE}
    if made is not None:
        return {"typlen": 4, "typbyval": 1, "typalign": "i", "typstorage": "p", "typcategory": "E",
                "typoutput": _ENUM_IO[1], "typsend": _ENUM_IO[3], **common}
    found = find_type(view.catalog, oid)
    is_array = found is not None and found.is_array
    io = _ARRAY_IO if is_array else _RECORD_IO
    return {"typlen": -1, "typbyval": 0, "typalign": "d", "typstorage": "x", "typcategory": "A" if is_array else "C",
            "typoutput": io[1], "typsend": io[3], **common}


def _domain(view: SessionView, made: UserType, schema: int) -> Row:
    from executor.deparse.stored import domain_default_text

    base = find_type(view.catalog, made.base)
    return _type_row(
        oid=made.oid, **_owned(view, made), typname=made.name, typnamespace=schema, typtype="d", typarray=made.array_type,
        typinput=_DOMAIN_IN, typreceive=_DOMAIN_RECV, typnotnull=int(made.not_null), typbasetype=made.base,
        typtypmod=made.base_typmod, typndims=int(base is not None and base.is_array), typcollation=made.collation,
        typdefaultbin=made.default,
        typdefault=domain_default_text(view.catalog, DEFAULT_PATH, made), **_storage_of(view, made.base))


def pg_enum(view: SessionView) -> Iterable[Row]:
    """Labels of enums."""
    return ((label.oid, made.oid, label.order, label.name) for made in view.catalog.types for label in made.labels)


_MADE = {"e": _enum, "d": _domain, "r": _range, "m": _range}

_constraint_row = maker(
    "pg_catalog.pg_constraint", condeferrable=0, condeferred=0, conenforced=1, convalidated=1, conrelid=0, conindid=0,
    conparentid=0, confrelid=0, confupdtype=" ", confdeltype=" ", confmatchtype=" ", conislocal=1, coninhcount=0,
    connoinherit=0, conperiod=0)


def domain_constraints(view: SessionView) -> Iterator[Row]:
    """The rows of pg_constraint for users' domains."""
    for made in view.catalog.types:
        schema = objects.namespace(view.catalog, made.schema)
        for constraint in made.constraints:
            yield _constraint_row(
                oid=constraint.oid, conname=constraint.name, connamespace=schema, contype=constraint.kind,
                contypid=made.oid, convalidated=int(constraint.validated), conbin=constraint.expression or None)


Depend = tuple[str, int, int, str, int, int, str]


def type_dependencies(view: SessionView) -> Iterator[Depend]:
    """The rows of pg_depend for enums and domains, and for columns of users' types."""
    catalog = view.catalog
    known = {made.oid for made in catalog.types} | {made.array_type for made in catalog.types}
    known |= {oid for r in catalog.relations for oid in (r.row_type, r.array_type) if oid}
    for made in catalog.types:
        yield ("pg_type", made.oid, 0, "pg_namespace", objects.namespace(catalog, made.schema), 0, "n")
        yield ("pg_type", made.array_type, 0, "pg_type", made.oid, 0, "i")
        if made.base in known:
            yield ("pg_type", made.oid, 0, "pg_type", made.base, 0, "n")
        for constraint in made.constraints:
            yield ("pg_constraint", constraint.oid, 0, "pg_type", made.oid, 0, "a")
    for relation in catalog.relations:
        for column in relation.columns:
            if column.type in known:
                yield ("pg_class", relation.oid, column.number, "pg_type", column.type, 0, "n")
