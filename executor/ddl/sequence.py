"""CREATE SEQUENCE and ALTER SEQUENCE. The current values live in pgquill_sequence; steps here keep its rows in line."""

from msgspec.structs import replace

from executor.catalog.model import Relation, Sequence
from executor.ddl import sequence_options
from executor.ddl.base import TEMPORARY, DdlContext, DdlResult, Step
from executor.ddl.lookup import (
    Found,
    RangeName,
    creation_schema,
    dotted_name,
    exists_already,
    find,
    get,
    range_name,
)
from executor.ddl.objects import put_sequence
from executor.ddl.sequence_options import Options
from executor.errors import SqlError, not_supported
from executor.parse import Node
from executor.privileges.rules import owner_of
from executor.sqlstates import (
    FeatureNotSupported,
    InvalidParameterValue,
    ObjectNotInPrerequisiteState,
    SuccessfulCompletion,
    SyntaxError,
    UndefinedColumn,
    UndefinedTable,
    WrongObjectType,
)

# A temporary sequence's value must not be in the file; the name differs so that it cannot hide main's table.
VALUE_TABLES = {"main": "main.pgquill_sequence", "temp": "temp.pgquill_temp_sequence"}
_COLUMNS = "(oid INTEGER PRIMARY KEY, last_value INTEGER, is_called INTEGER)"


def value_table(sequence: Sequence) -> str:
    """The table that holds the sequence's current value."""
    return VALUE_TABLES["temp" if sequence.schema == TEMPORARY else "main"]


def creation_steps(sequence: Sequence, start: int | None = None) -> tuple[Step, ...]:
    """Steps that make the row of a new sequence."""
    table = value_table(sequence)
    return (
        Step(f"CREATE TABLE IF NOT EXISTS {table}{_COLUMNS}"),
        Step(
            f"INSERT INTO {table} VALUES (?1, ?2, 0)",
            (sequence.oid, sequence.start if start is None else start),
            sequence=sequence.oid,
        ),
    )


def removal_steps(sequence: Sequence) -> tuple[Step, ...]:
    """Steps that remove the row of a dropped sequence."""
    return (Step(f"DELETE FROM {value_table(sequence)} WHERE oid = ?1", (sequence.oid,)),)


def create_sequence(node: Node, ctx: DdlContext) -> DdlResult:
    """CREATE SEQUENCE."""
    name = range_name(node.take("sequence"), ctx)
    options = sequence_options.read(node.nodes("options"), ctx)
    _refuse_owner(node)
    node.take("for_identity")
    schema = creation_schema(ctx, name)
    if exists_already(ctx, schema, name.name, node.take("if_not_exists", False)):
        return DdlResult(ctx.catalog, tag="CREATE SEQUENCE")
    sequence = new_sequence(
        ctx, schema, name.name, options, persistence="t" if schema == TEMPORARY else name.persistence
    )
    if options.owned_by is not None:
        sequence = replace(sequence, owned_by=_owner(ctx, sequence, options.owned_by))
    ctx.catalog = put_sequence(ctx.catalog, sequence)
    return DdlResult(ctx.catalog, creation_steps(sequence), "CREATE SEQUENCE")


def new_sequence(ctx: DdlContext, schema: str, name: str, options: Options, *, persistence: str = "p") -> Sequence:
    """A checked sequence that is not in the catalog yet."""
    blank = Sequence(oid=0, schema=schema, name=name, persistence=persistence)
    made = sequence_options.defined(blank, options, new=True)
    return replace(made, oid=ctx.new_oid())


def _refuse_owner(node: Node) -> None:
    if node.take("ownerId"):
        raise not_supported("an owner of a sequence")


def _owner(ctx: DdlContext, sequence: Sequence, parts: list[str]) -> tuple[int, int] | None:
    """The column that OWNED BY names; None for NONE."""
    if len(parts) == 1:
        if parts[0].lower() == "none":
            return None
        raise SyntaxError("invalid OWNED BY option", hint="Specify OWNED BY table.column or OWNED BY NONE.")
    found = get(ctx, dotted_name(parts[:-1], ctx))
    if found.kind != "r" or found.index is not None:
        raise WrongObjectType(
            f'sequence cannot be owned by relation "{found.name}"',
            detail=f"This operation is not supported for {plural_kind(found)}.",
        )
    table = found.table
    is_new = sequence.oid not in ctx.catalog.sequences_by_oid
    if owner_of(table) != (ctx.who.oid if is_new and not sequence.owner else owner_of(sequence)):
        raise ObjectNotInPrerequisiteState("sequence must have same owner as table it is linked to")
    if table.schema != sequence.schema:
        raise ObjectNotInPrerequisiteState("sequence must be in same schema as table it is linked to")
    column = table.by_name.get(parts[-1])
    if column is None:
        raise UndefinedColumn(f'column "{parts[-1]}" of relation "{table.name}" does not exist')
    return table.oid, column.number


def plural_kind(found: Found) -> str:
    """What details call objects of this kind."""
    return {
        "r": "tables",
        "v": "views",
        "m": "materialized views",
        "i": "indexes",
        "S": "sequences",
        "c": "composite types",
    }[found.kind]


def identity_column(ctx: DdlContext, sequence: Sequence) -> tuple[Relation, str] | None:
    """(table, column name) if the sequence is that of an identity column."""
    if sequence.owned_by is None or not sequence.identity:
        return None
    table = ctx.catalog.relations_by_oid[sequence.owned_by[0]]
    return table, table.by_number[sequence.owned_by[1]].name


def find_sequence(ctx: DdlContext, name: RangeName, missing_ok: bool) -> Sequence | None:
    """The sequence of this name; None after a NOTICE if missing_ok."""
    found = find(ctx, name)
    if found is None:
        if not missing_ok:
            raise UndefinedTable(f'relation "{name}" does not exist')
        ctx.notice(SuccessfulCompletion, f'relation "{name.name}" does not exist, skipping')
        return None
    if found.sequence is None:
        raise WrongObjectType(
            f'cannot open relation "{found.name}"', detail=f"This operation is not supported for {plural_kind(found)}."
        )
    return found.sequence


def alter_sequence(node: Node, ctx: DdlContext) -> DdlResult:
    """ALTER SEQUENCE with options (RENAME, SET SCHEMA and OWNER are elsewhere)."""
    sequence = find_sequence(ctx, range_name(node.take("sequence"), ctx), node.take("missing_ok", False))
    node.take("for_identity")
    options = sequence_options.read(node.nodes("options"), ctx, altering=True)
    if sequence is None:
        return DdlResult(ctx.catalog, tag="ALTER SEQUENCE")
    if options.owned_by is not None and (identity := identity_column(ctx, sequence)) is not None:
        raise FeatureNotSupported(
            "cannot change ownership of identity sequence",
            detail=f'Sequence "{sequence.name}" is linked to table "{identity[0].name}".',
        )
    changed, steps = altered(sequence, options)
    if options.owned_by is not None:
        changed = replace(changed, owned_by=_owner(ctx, changed, options.owned_by))
    ctx.catalog = put_sequence(ctx.catalog, changed)
    return DdlResult(ctx.catalog, steps, "ALTER SEQUENCE")


def altered(sequence: Sequence, options: Options) -> tuple[Sequence, tuple[Step, ...]]:
    """Apply options to an existing sequence: the new definition and the steps for its value."""
    changed = sequence_options.defined(sequence, options, new=False)
    low, high, table = changed.minimum, changed.maximum, value_table(sequence)
    if options.restart_given:
        value = changed.start if options.restart is None else options.restart
        sequence_options.check_in_range("RESTART", value, low, high)
        return changed, (
            Step(
                f"UPDATE {table} SET last_value = ?1, is_called = 0 WHERE oid = ?2",
                (value, sequence.oid),
                sequence=sequence.oid,
            ),
        )
    if (low, high) == (sequence.minimum, sequence.maximum):
        return changed, ()

    def failure(row: tuple[object, ...]) -> SqlError:
        (value,) = row
        side = f"less than MINVALUE ({low})" if int(str(value)) < low else f"greater than MAXVALUE ({high})"
        return InvalidParameterValue(f"RESTART value ({value}) cannot be {side}")

    query = f"SELECT last_value FROM {table} WHERE oid = ?1 AND last_value NOT BETWEEN ?2 AND ?3"
    return changed, (Step(query, (sequence.oid, low, high), failure=failure),)
