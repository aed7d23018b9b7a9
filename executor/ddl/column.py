"""Column definitions.

ColumnDef nodes read into ColumnSpec, and ColumnSpec turned into model columns with their sequences.
"""

from typing import Any

import msgspec
from msgspec.structs import replace

from executor.catalog.model import Column, Relation, Sequence
from executor.ddl import naming, rewrite, sequence_options
from executor.ddl.base import DdlContext, Step
from executor.ddl.lookup import creation_schema, dotted_name
from executor.ddl.objects import put_sequence
from executor.ddl.sequence import creation_steps, new_sequence
from executor.ddl.sequence_options import Options
from executor.ddl.specs import Attributes, ConstraintSpec, column_constraint
from executor.errors import SqlError, not_supported
from executor.facts import table
from executor.parse import Node
from executor.sqlstates import (
    DatatypeMismatch,
    DuplicateColumn,
    FeatureNotSupported,
    InvalidObjectDefinition,
    InvalidParameterValue,
    InvalidTableDefinition,
    SyntaxError,
    TooManyColumns,
    UndefinedObject,
)

SERIALS = {
    "serial": 23, "serial4": 23, "bigserial": 20, "serial8": 20, "smallserial": 21, "serial2": 21,
}  # fmt: skip
SYSTEM_COLUMNS = frozenset({"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"})
COLUMNS_MAX = 1600
DEFAULT_COLLATION = 100
# Collations whose order is that of the bytes, which is SQLite's.
BYTE_COLLATIONS = ("default", "C", "POSIX", "ucs_basic")


class ColumnSpec(msgspec.Struct, kw_only=True):
    """A column as written. default and expression are nodes; identity and generated as in model.Column."""

    name: str
    type: int
    typmod: int = -1
    collation: int = 0
    serial: bool = False
    default: Any = None
    identity: str = ""
    identity_options: Options | None = None
    generated: str = ""
    expression: Any = None
    constraints: list[ConstraintSpec] = []


class _Seen(msgspec.Struct):
    nullable: bool = False
    not_null: bool = False
    default: bool = False
    identity: bool = False
    generated: bool = False
    primary: bool = False


def read_column(node: Node, ctx: DdlContext, table_name: str, *, serials: bool = True,
                of: Column | None = None) -> ColumnSpec:
    """Read a ColumnDef (42704, 42601 and 42804 as PostgreSQL). serials: whether the serial words are types. of: the column
    of a partitioned table that it is, without a type of its own."""
    name = node.take("colname")
    type_node = node.take("typeName")
    if type_node is None and of is None:
        raise not_supported("a column without a type")
    for field, words in (("storage_name", "STORAGE"), ("compression", "COMPRESSION"), ("fdwoptions", "OPTIONS")):
        if node.take(field):
            raise not_supported(f"{words} of a column")
    node.take("is_local")
    if type_node is None and of is not None:
        type_oid, typmod, serial = of.type, of.typmod, False
    else:
        type_oid, typmod, serial = _column_type(type_node, ctx, serials)
    spec = ColumnSpec(name=name, type=type_oid, typmod=typmod, serial=serial)
    spec.collation = read_collation(node.take("collClause"), type_oid, ctx)
    _read_constraints(spec, node.nodes("constraints"), ctx, table_name)
    node.finish()
    return spec


def _column_type(node: Node, ctx: DdlContext, serials: bool) -> tuple[int, int, bool]:
    """(type, typmod, whether it is one of the serial words)."""
    names = [part.text for part in node.peek("names", [])]
    serial = SERIALS.get(names[0]) if len(names) == 1 and serials else None
    if serial is None or node.peek("typmods"):
        oid, typmod = ctx.binder.resolve_type(node)
        return oid, typmod, False
    if node.peek("arrayBounds"):
        raise FeatureNotSupported("array of serial is not implemented", position=ctx.position(node))
    return serial, -1, True


def read_collation(clause: Node | None, type_oid: int, ctx: DdlContext) -> int:
    """OID of a column's collation; 0 for types without one. 0A000 for an order that is not that of the bytes."""
    kind = ctx.kind_of(type_oid)
    collatable = kind.collation if kind is not None else 0
    if clause is None:
        return collatable
    names = clause.texts("collname")
    position = ctx.position(clause)
    clause.finish()
    if not collatable:
        raise DatatypeMismatch(
            f"collations are not supported by type {ctx.binder.type_name(type_oid, -1)}", position=position
        )
    return collation_oid(names, position)


def collation_oid(names: list[str], position: int | None) -> int:
    """OID of a collation by name (42704; 0A000 if its order is not that of the bytes)."""
    shown = ".".join(names)
    name = names[-1]
    found = {row[1]: row[0] for row in table("pg_collation").select("oid", "collname")}
    if name not in found or (len(names) == 2 and names[0] != "pg_catalog"):
        raise UndefinedObject(f'collation "{shown}" for encoding "UTF8" does not exist', position=position)
    if name not in BYTE_COLLATIONS:
        raise not_supported(f'the collation "{shown}"')
    return int(found[name])


def _read_constraints(spec: ColumnSpec, nodes: list[Node], ctx: DdlContext, table_name: str) -> None:
    seen, attributes = _Seen(), Attributes(ctx)
    spec.constraints = []
    for node in nodes:
        if attributes.apply(node):
            node.finish()
            continue
        kind, position = node.peek("contype"), ctx.position(node)
        reader = _COLUMN_CLAUSES.get(kind)
        if reader is not None:
            attributes.follow(None)
            reader(spec, seen, node, ctx, table_name)
            node.finish()
        else:
            constraint = column_constraint(node, spec.name, ctx)
            attributes.follow(constraint)
            _note_nullness(spec, seen, constraint, position, table_name)
            spec.constraints.append(constraint)
        _check_values(spec, seen, position, table_name)
    if spec.serial:
        _add_serial(spec, seen, table_name)
    if seen.nullable and (seen.not_null or seen.primary or spec.identity):
        raise _conflicting(spec, None, table_name)
    if spec.identity and not seen.not_null:
        spec.constraints.append(ConstraintSpec(kind="n", columns=[spec.name]))


def _add_serial(spec: ColumnSpec, seen: _Seen, table_name: str) -> None:
    where = f'for column "{spec.name}" of table "{table_name}"'
    if seen.default:
        raise SyntaxError(f"multiple default values specified {where}")
    seen.default = True
    _check_values(spec, seen, None, table_name)
    if seen.nullable:
        raise _conflicting(spec, None, table_name)
    if not seen.not_null:
        spec.constraints.append(ConstraintSpec(kind="n", columns=[spec.name]))


def _note_nullness(
    spec: ColumnSpec, seen: _Seen, constraint: ConstraintSpec, position: int | None, table_name: str
) -> None:
    if constraint.kind not in "np":
        return
    if seen.nullable:
        raise _conflicting(spec, position, table_name)
    if constraint.kind == "p":
        seen.primary = True
    else:
        seen.not_null = True


def _conflicting(spec: ColumnSpec, position: int | None, table_name: str) -> SqlError:
    return SyntaxError(
        f'conflicting NULL/NOT NULL declarations for column "{spec.name}" of table "{table_name}"', position=position
    )


def _check_values(spec: ColumnSpec, seen: _Seen, position: int | None, table_name: str) -> None:
    for one, other, words in (
        (seen.default, seen.identity, "default and identity"),
        (seen.default, seen.generated, "default and generation expression"),
        (seen.identity, seen.generated, "identity and generation expression"),
    ):
        if one and other:
            raise SyntaxError(
                f'both {words} specified for column "{spec.name}" of table "{table_name}"', position=position
            )


def _null(spec: ColumnSpec, seen: _Seen, node: Node, ctx: DdlContext, table_name: str) -> None:
    node.take("contype")
    if seen.not_null or seen.primary:
        raise _conflicting(spec, ctx.position(node), table_name)
    seen.nullable = True


def _once(already: bool, words: str, spec: ColumnSpec, node: Node, ctx: DdlContext, table_name: str) -> None:
    node.take("contype")
    if already:
        raise SyntaxError(
            f'multiple {words} for column "{spec.name}" of table "{table_name}"', position=ctx.position(node)
        )


def _default(spec: ColumnSpec, seen: _Seen, node: Node, ctx: DdlContext, table_name: str) -> None:
    _once(seen.default, "default values specified", spec, node, ctx, table_name)
    seen.default = True
    spec.default = node.take("raw_expr")


def _identity(spec: ColumnSpec, seen: _Seen, node: Node, ctx: DdlContext, table_name: str) -> None:
    _once(seen.identity, "identity specifications", spec, node, ctx, table_name)
    seen.identity = True
    spec.identity, spec.identity_options = read_identity(node, ctx)
    if not spec.serial:
        refuse_identity_type(spec.type)


def read_identity(node: Node, ctx: DdlContext) -> tuple[str, Options]:
    """(a or d, sequence options) of a CONSTR_IDENTITY node."""
    node.take("contype")
    return node.take("generated_when"), sequence_options.read(node.nodes("options"), ctx, identity=True)


def refuse_identity_type(type_oid: int) -> None:
    """Raise 22023 unless the type is one of the integers."""
    if type_oid not in sequence_options.BOUNDS:
        raise InvalidParameterValue("identity column type must be smallint, integer, or bigint")


def _generated(spec: ColumnSpec, seen: _Seen, node: Node, ctx: DdlContext, table_name: str) -> None:
    _once(seen.generated, "generation clauses specified", spec, node, ctx, table_name)
    seen.generated = True
    if node.take("generated_when") != "a":
        raise SyntaxError("for a generated column, GENERATED ALWAYS must be specified", position=ctx.position(node))
    spec.generated = node.take("generated_kind") or "v"
    spec.expression = node.take("raw_expr")


_COLUMN_CLAUSES = {
    "CONSTR_NULL": _null, "CONSTR_DEFAULT": _default, "CONSTR_IDENTITY": _identity, "CONSTR_GENERATED": _generated,
}  # fmt: skip


def check_columns(relation: Relation, specs: list[ColumnSpec], ctx: DdlContext) -> None:
    """Raise for repeated and system columns' names (42701), pseudo-types (42P16), too many columns (54011)."""
    taken = set(relation.by_name)
    for spec in specs:
        if spec.name in SYSTEM_COLUMNS:
            raise DuplicateColumn(f'column name "{spec.name}" conflicts with a system column name')
        if spec.name in taken:
            raise DuplicateColumn(f'column "{spec.name}" specified more than once')
        taken.add(spec.name)
        kind = ctx.kind_of(spec.type)
        if kind is not None and kind.kind == "p":
            raise InvalidTableDefinition(f'column "{spec.name}" has pseudo-type {ctx.binder.type_name(spec.type, -1)}')
    if len(taken) > COLUMNS_MAX:
        raise TooManyColumns(f"tables can have at most {COLUMNS_MAX} columns")


def next_number(relation: Relation) -> int:
    """The attnum of the next column."""
    return max([relation.last_number, *(column.number for column in relation.columns)]) + 1


def add_columns(relation: Relation, specs: list[ColumnSpec]) -> Relation:
    """The relation with the columns' names and types; defaults and expressions come with `with_values`."""
    columns = list(relation.columns)
    number = next_number(relation)
    folded = {(column.sqlite_name or column.name).lower() for column in columns}
    for spec in specs:
        sqlite_name = "" if spec.name.lower() not in folded else f"{spec.name}_{number}"
        while sqlite_name.lower() in folded:
            sqlite_name += "_"
        folded.add((sqlite_name or spec.name).lower())
        columns.append(
            Column(
                name=spec.name,
                number=number,
                type=spec.type,
                typmod=spec.typmod,
                collation=spec.collation,
                identity=spec.identity,
                generated=spec.generated,
                sqlite_name=sqlite_name,
            )
        )
        number += 1
    return replace(relation, columns=tuple(columns))


def with_column(relation: Relation, column: Column) -> Relation:
    """The relation with one column replaced by number."""
    return replace(relation, columns=tuple(column if c.number == column.number else c for c in relation.columns))


def with_values(ctx: DdlContext, relation: Relation, specs: list[ColumnSpec]) -> Relation:
    """Bind and store the defaults and generation expressions of new columns."""
    for spec in specs:
        column = relation.by_name[spec.name]
        if spec.default is not None:
            text = (
                spec.default if isinstance(spec.default, str) else ctx.binder.bind_default(spec.default, column).sql_pg
            )
            relation = with_column(relation, replace(column, default=text))
    for spec in specs:
        if spec.generated:
            relation = with_expression(ctx, relation, relation.by_name[spec.name], spec.expression)
    return relation


def with_expression(ctx: DdlContext, relation: Relation, column: Column, expression: Node | str) -> Relation:
    """Set a generated column's expression (42P17 if it is not immutable or uses a generated column)."""
    bound = ctx.binder.check_expression(
        expression, relation, "column generation expressions", (column.type, column.typmod)
    )
    for number in bound.columns:
        if number > 0 and relation.by_number[number].generated:
            raise InvalidObjectDefinition(
                f'cannot use generated column "{relation.by_number[number].name}" in column generation expression',
                detail="A generated column cannot reference another generated column.",
            )
    if bound.volatility != "i":
        raise InvalidObjectDefinition("generation expression is not immutable")
    return with_column(relation, replace(column, default=rewrite.unqualified(bound.sql_pg, relation.name)))


def make_sequences(ctx: DdlContext, relation: Relation, specs: list[ColumnSpec]) -> tuple[list[ColumnSpec], list[Step]]:
    """Make the sequences of serial and identity columns: moves ctx.catalog on, fills in the specs' defaults.

    `relation` must have the new columns already; the sequences belong to them.
    """
    steps: list[Step] = []
    for spec in specs:
        if not spec.serial and not spec.identity:
            continue
        sequence = make_sequence(
            ctx, relation, spec.name, spec.type, spec.identity_options or Options(), identity=bool(spec.identity))
        steps += creation_steps(sequence)
        if spec.serial:
            spec.default = f"nextval({sequence_literal(sequence)}::regclass)"
    return specs, steps


def make_sequence(
    ctx: DdlContext, relation: Relation, column: str, type_oid: int, options: Options, *, identity: bool
) -> Sequence:
    """A new sequence owned by a column, named table_column_seq unless SEQUENCE NAME says otherwise.

    Put into ctx.catalog.
    """
    schema, name = relation.schema, ""
    if options.name is not None:
        wanted = dotted_name(options.name, ctx)
        schema = creation_schema(ctx, wanted) if wanted.schema else schema
        name = wanted.name
    else:
        name = naming.choose_relation_name(ctx.catalog, schema, relation.name, column, "seq")
    if options.type is None:
        options = replace(options, type=type_oid)
    sequence = new_sequence(ctx, schema, name, options, persistence=relation.persistence)
    start = options.restart if options.restart_given and options.restart is not None else None
    assert start is None or start >= sequence.minimum
    sequence = replace(
        sequence, owned_by=(relation.oid, relation.by_name[column].number), identity=identity)
    ctx.catalog = put_sequence(ctx.catalog, sequence)
    return sequence


def sequence_literal(sequence: Sequence) -> str:
    """The sequence's name as a string literal that regclass reads whatever the search_path is."""
    name = f"{rewrite.quote_identifier(sequence.schema)}.{rewrite.quote_identifier(sequence.name)}"
    return "'" + name.replace("'", "''") + "'"
