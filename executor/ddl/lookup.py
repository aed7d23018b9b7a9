"""Finding the objects that a statement names, and the place where it makes new ones."""

from collections.abc import Iterator
from functools import cache

import msgspec

from executor.catalog.model import Index, Relation, Sequence
from executor.ddl.base import TEMPORARY, DdlContext
from executor.ddl.objects import relation_names
from executor.errors import SqlError
from executor.facts import table as facts
from executor.parse import Node
from executor.sqlstates import (
    DuplicateTable,
    InsufficientPrivilege,
    InvalidSchemaName,
    InvalidTableDefinition,
    UndefinedTable,
)

SYSTEM_SCHEMAS = ("pg_catalog", "information_schema")
KIND_NAMES = {"r": "table", "v": "view", "m": "materialized view", "i": "index", "S": "sequence", "c": "type"}


class RangeName(msgspec.Struct, frozen=True):
    """A possibly qualified relation name as written. persistence: p, t or u.

    Position: in the source, None if unknown.
    """

    schema: str
    name: str
    persistence: str = "p"
    only: bool = False
    position: int | None = None

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name


class Found(msgspec.Struct, frozen=True):
    """An object of pg_class: exactly one of relation (with `index` if that is meant) or sequence."""

    schema: str
    name: str
    kind: str  # relkind
    relation: Relation | None = None
    index: Index | None = None
    sequence: Sequence | None = None

    @property
    def oid(self) -> int:
        """The object's OID."""
        holder = self.index or self.relation or self.sequence
        assert holder is not None
        return holder.oid

    @property
    def table(self) -> Relation:
        """The relation; only for what is one."""
        assert self.relation is not None
        return self.relation


def range_name(node: Node, ctx: DdlContext) -> RangeName:
    """Read a RangeVar."""
    database = node.take("catalogname", "")
    schema, name = node.take("schemaname", ""), node.take("relname", "")
    only = not node.take("inh", False)
    persistence = node.take("relpersistence", "p")
    node.finish()
    return _in_database(ctx, database, RangeName(schema, name, persistence, only, ctx.position(node)))


def dotted_name(parts: list[str], ctx: DdlContext) -> RangeName:
    """A name given as a list: [database.][schema.]name (42601 if longer)."""
    if len(parts) > 3:
        from executor.sqlstates import SyntaxError

        raise SyntaxError(f"improper relation name (too many dotted names): {'.'.join(parts)}")
    database, schema, name = ([""] * (3 - len(parts))) + parts
    return _in_database(ctx, database, RangeName(schema, name))


def _in_database(ctx: DdlContext, database: str, name: RangeName) -> RangeName:
    if database and database != ctx.context.database:
        raise not_supported_reference(f"{database}.{name}")
    return name


def not_supported_reference(text: str) -> SqlError:
    """PostgreSQL's own 0A000 for another database's object."""
    from executor.sqlstates import FeatureNotSupported

    return FeatureNotSupported(f'cross-database references are not implemented: "{text}"')


def _in_schema(ctx: DdlContext, schema: str, name: str) -> Found | None:
    catalog = ctx.catalog
    relation = catalog.relations_by_name.get((schema, name))
    if relation is not None:
        return Found(schema, name, relation.kind, relation=relation)
    indexed = catalog.indexes_by_name.get((schema, name))
    if indexed is not None:
        return Found(schema, name, "i", relation=indexed[0], index=indexed[1])
    sequence = catalog.sequences_by_name.get((schema, name))
    if sequence is not None:
        return Found(schema, name, "S", sequence=sequence)
    if schema in SYSTEM_SCHEMAS and (system := _system_relations().get((schema, name))) is not None:
        return Found(schema, name, system.kind, relation=system)
    return None


@cache
def _system_relations() -> dict[tuple[str, str], Relation]:
    """The relations of pg_catalog and information_schema, without columns: enough to say what they are."""
    schemas = dict(facts("pg_namespace").select("oid", "nspname"))
    rows = facts("pg_class").select("oid", "relname", "relnamespace", "relkind")
    return {
        (schemas[space], name): Relation(oid=oid, schema=schemas[space], name=name, kind=kind)
        for oid, name, space, kind in rows
    }


def schemas_searched(ctx: DdlContext) -> Iterator[str]:
    """The schemas an unqualified name is looked up in, in order."""
    if TEMPORARY not in ctx.search_path:
        yield TEMPORARY
    yield from ctx.search_path


def find(ctx: DdlContext, name: RangeName) -> Found | None:
    """The object of this name, or None (also if its schema does not exist)."""
    for schema in (name.schema,) if name.schema else schemas_searched(ctx):
        found = _in_schema(ctx, schema, name.name)
        if found is not None:
            return found
    return None


def schema_exists(ctx: DdlContext, name: str) -> bool:
    """True for user schemas, pg_temp and the system's."""
    return name in ctx.catalog.schemas_by_name or name in (TEMPORARY, "public", *SYSTEM_SCHEMAS)


def require_schema(ctx: DdlContext, name: str, position: int | None = None) -> None:
    """Raise 3F000 if there is no such schema."""
    if not schema_exists(ctx, name):
        raise InvalidSchemaName(f'schema "{name}" does not exist', position=position)


def get(ctx: DdlContext, name: RangeName) -> Found:
    """The object of this name. Raises 42P01; 3F000 has no place here since PostgreSQL reports the relation."""
    found = find(ctx, name)
    if found is None:
        raise UndefinedTable(f'relation "{name}" does not exist')
    return found


def refuse_system(found: Found) -> None:
    """Raise 42501 for system catalogs."""
    if found.schema in SYSTEM_SCHEMAS:
        raise InsufficientPrivilege(f'permission denied: "{found.name}" is a system catalog')


def creation_schema(ctx: DdlContext, name: RangeName) -> str:
    """The schema a new object of this name goes to; pg_temp for temporary ones.

    Raises 3F000 (no such schema, none to create in), 42P16 (a temporary object in a permanent schema), 42501
    (pg_catalog).
    """
    if name.persistence == "t" or name.schema == TEMPORARY:
        if name.schema not in ("", TEMPORARY):
            raise InvalidTableDefinition(
                "cannot create temporary relation in non-temporary schema", position=name.position
            )
        if name.persistence == "u":
            raise InvalidTableDefinition(
                "only temporary relations may be created in temporary schemas", position=name.position
            )
        return TEMPORARY
    schema = name.schema or ctx.creation_schema
    if not schema:
        raise InvalidSchemaName("no schema has been selected to create in")
    require_schema(ctx, schema, name.position)
    if schema in SYSTEM_SCHEMAS:
        raise InsufficientPrivilege(
            f'permission denied to create "{schema}.{name.name}"',
            detail="System catalog modifications are currently disallowed.",
        )
    return schema


def refuse_existing(ctx: DdlContext, schema: str, name: str) -> None:
    """Raise 42P07 if the name is taken in the schema."""
    if name in relation_names(ctx.catalog, schema):
        raise DuplicateTable(f'relation "{name}" already exists')


def exists_already(ctx: DdlContext, schema: str, name: str, if_not_exists: bool) -> bool:
    """For IF NOT EXISTS: True after a NOTICE if the name is taken; without it 42P07."""
    if name not in relation_names(ctx.catalog, schema):
        return False
    if not if_not_exists:
        raise DuplicateTable(f'relation "{name}" already exists')
    ctx.notice(DuplicateTable, f'relation "{name}" already exists, skipping')
    return True
