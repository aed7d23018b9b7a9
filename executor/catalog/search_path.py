"""The search path: which schemas an unqualified name is looked for in, and which relation it finds."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, cast

from executor.catalog.model import Catalog
from executor.catalog.quoting import split_identifiers
from executor.facts import table

if TYPE_CHECKING:
    from executor.context import Context

TEMPORARY = "pg_temp"
"""The schema of temporary relations in the model; clients see it as TEMPORARY_NAME."""
TEMPORARY_NAME = "pg_temp_1"
TEMPORARY_OID = 13000


def setting(context: "Context") -> str:
    """The current value of search_path."""
    return cast(str, context.settings.get("search_path")) if context.settings is not None else '"$user", public'


def explicit_path(context: "Context") -> tuple[str, ...]:
    """The existing schemas that search_path names and the user may use, in order; the first is where CREATE puts things."""
    hidden = context.hidden_schemas()
    key = ("search_path", setting(context), context.user, hidden)
    found = context.catalog.memo.get(key)
    if found is None:
        path = _resolve(context.catalog, setting(context), context.user)
        found = context.catalog.memo[key] = tuple(name for name in path if name not in hidden)
    return cast(tuple[str, ...], found)


def _resolve(catalog: Catalog, text: str, user: str) -> tuple[str, ...]:
    found: list[str] = []
    for written in split_identifiers(text, ",") or []:
        name = user if written == "$user" else TEMPORARY if written == TEMPORARY_NAME else written
        if (name in catalog.schemas_by_name or name == TEMPORARY) and name not in found:
            found.append(name)
    return tuple(found)


def search_path(context: "Context") -> tuple[str, ...]:
    """The schemas that names are looked for in: pg_temp and pg_catalog come first unless search_path says where."""
    explicit = explicit_path(context)
    implicit = tuple(name for name in (TEMPORARY, "pg_catalog") if name not in explicit)
    return (*implicit, *explicit)


@cache
def _system_classes() -> dict[tuple[str, str], int]:
    schemas = dict(table("pg_namespace").select("oid", "nspname"))
    return {(schemas[schema], name): oid
            for schema, name, oid in table("pg_class").select("relnamespace", "relname", "oid")}


def _classes(catalog: Catalog) -> dict[tuple[str, str], int]:
    """(schema, name) -> OID of everything that has a row in pg_class."""
    found = catalog.memo.get("classes")
    if found is None:
        found = dict(_system_classes())
        for relation in catalog.relations:
            found[relation.schema, relation.name] = relation.oid
            for index in relation.indexes:
                found[relation.schema, index.name] = index.oid
        for sequence in catalog.sequences:
            found[sequence.schema, sequence.name] = sequence.oid
        catalog.memo["classes"] = found
    return cast(dict[tuple[str, str], int], found)


def class_oid(catalog: Catalog, schema: str, name: str) -> int | None:
    """The OID of a table, view, index or sequence in a schema."""
    return _classes(catalog).get((TEMPORARY if schema == TEMPORARY_NAME else schema, name))


def class_name(catalog: Catalog, oid: int) -> tuple[str, str] | None:
    """(schema, name) of a relation, index or sequence."""
    found = catalog.memo.get("class_names")
    if found is None:
        found = catalog.memo["class_names"] = {oid: key for key, oid in _classes(catalog).items()}
    return cast("tuple[str, str] | None", found.get(oid))


def find_class(catalog: Catalog, path: Sequence[str], name: str) -> int | None:
    """The OID that an unqualified name means."""
    classes = _classes(catalog)
    return next((classes[schema, name] for schema in path if (schema, name) in classes), None)


def schema_oid(catalog: Catalog, name: str) -> int | None:
    """The OID of a schema."""
    if name in (TEMPORARY, TEMPORARY_NAME):
        return TEMPORARY_OID
    found = catalog.schemas_by_name.get(name)
    return found.oid if found else None


def shown_schema(name: str) -> str:
    """A schema's name as clients see it."""
    return TEMPORARY_NAME if name == TEMPORARY else name


def has_temporary(catalog: Catalog) -> bool:
    """True if the session has temporary relations."""
    return any(r.schema == TEMPORARY for r in catalog.relations) or any(
        s.schema == TEMPORARY for s in catalog.sequences)
