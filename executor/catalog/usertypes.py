"""Users' types of a Catalog as statements see them: by number (executor.types.made) instead of by OID.

This is where OIDs become numbers. Everything is worked out when it is first asked for and kept with the Catalog.
"""

from msgspec.structs import replace

from executor.catalog.model import Catalog, Column, Relation, UserType
from executor.catalog.typenames import type_named
from executor.facts.lookup import range_parts, types_by_name, types_by_oid
from executor.types.made import COMPOSITE, Check, Definition, Field, base_typmod, number_of

Numbers = dict[int, int]


def number(catalog: Catalog, oid: int) -> int | None:
    """The number of the type with this OID (a built-in type's is its OID); None if there is no such type."""
    if oid in types_by_oid():
        return oid
    found: Numbers = catalog.memo.setdefault("type_numbers", {})
    if oid not in found:
        _add(catalog, oid, found)
    return found.get(oid)


def _add(catalog: Catalog, oid: int, found: Numbers) -> None:
    made = _owners(catalog).get(oid)
    if made is None:
        return
    if isinstance(made, UserType) and made.kind == "m":
        given = range_parts(_known(catalog, made.base))[1]
        found[made.oid], found[made.array_type] = given, given + 1
        return
    definition = _composite(catalog, made) if isinstance(made, Relation) else _user_type(catalog, made)
    given = number_of(definition)
    found[definition.oid], found[definition.array_oid] = given, given + 1


def _owners(catalog: Catalog) -> dict[int, Relation | UserType]:
    """What the OID of a type, or of an array type, belongs to."""
    owners: dict[int, Relation | UserType] | None = catalog.memo.get("type_owners")
    if owners is None:
        owners = catalog.memo["type_owners"] = {}
        for made in catalog.types:
            owners[made.oid] = owners[made.array_type] = made
        for relation in catalog.relations:
            if relation.row_type:
                owners[relation.row_type] = owners[relation.array_type] = relation
    return owners


def _known(catalog: Catalog, oid: int) -> int:
    found = number(catalog, oid)
    assert found is not None, oid
    return found


def _composite(catalog: Catalog, relation: Relation) -> Definition:
    columns = (c if c.type in types_by_oid() else _column(catalog, c) for c in relation.columns)
    fields = tuple(Field(c.name, c.type, c.typmod) for c in columns)
    return Definition(kind=COMPOSITE, oid=relation.row_type, array_oid=relation.array_type, schema=relation.schema,
                      name=relation.name, fields=fields, relation=relation.oid)


def _user_type(catalog: Catalog, made: UserType) -> Definition:
    checks = sorted((c for c in made.constraints if c.kind == "c"), key=lambda c: c.name)
    return Definition(
        kind=made.kind, oid=made.oid, array_oid=made.array_type, schema=made.schema, name=made.name,
        labels=tuple(label.name for label in sorted(made.labels, key=lambda label: label.order)),
        base=_known(catalog, made.base) if made.base else 0, base_typmod=made.base_typmod, not_null=made.not_null,
        default=made.default, checks=tuple(Check(c.name, c.expression) for c in checks),
        multirange=_multirange(catalog, made) if made.kind == "r" else None)


def _multirange(catalog: Catalog, over: UserType) -> Definition:
    made = multirange_over(catalog, over)
    return Definition(kind="m", oid=made.oid, array_oid=made.array_type, schema=made.schema, name=made.name)


def multirange_over(catalog: Catalog, made: UserType) -> UserType:
    """The multirange type that was made with a range type."""
    return next(other for other in catalog.types if other.kind == "m" and other.base == made.oid)


def numbered(catalog: Catalog, relation: Relation) -> Relation:
    """The relation with the numbers of its columns' types."""
    if all(column.type in types_by_oid() for column in relation.columns):
        return relation
    kept: dict[int, Relation] = catalog.memo.setdefault("numbered_relations", {})
    found = kept.get(relation.oid)
    if found is None or catalog.relations_by_oid.get(relation.oid) is not relation:
        found = replace(relation, columns=tuple(
            column if column.type in types_by_oid() else _column(catalog, column)
            for column in relation.columns))
        if catalog.relations_by_oid.get(relation.oid) is relation:
            kept[relation.oid] = found
    return found


def _column(catalog: Catalog, column: Column) -> Column:
    """The values of a domain have its typmod, though the column has none of its own."""
    found = _known(catalog, column.type)
    return replace(column, type=found, typmod=column.typmod if base_typmod(found) == -1 else base_typmod(found))


def row_type(catalog: Catalog, relation: Relation) -> int | None:
    """The number of a relation's row type, also of a system relation; None if it has none."""
    if not relation.row_type:
        return None
    if relation.row_type in types_by_oid():
        return number_of(_composite(catalog, relation))
    return number(catalog, relation.row_type)


def named(catalog: Catalog, schema: str, name: str) -> int | None:
    """The number of a type by its name in a schema."""
    if schema == "pg_catalog":
        built_in = types_by_name().get(name)
        return built_in.oid if built_in is not None else None
    found = type_named(catalog, schema, name)
    return number(catalog, found.oid) if found is not None else None
