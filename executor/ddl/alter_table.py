"""ALTER TABLE (and ALTER VIEW, INDEX, SEQUENCE where they share its syntax): one action after the other."""

from collections.abc import Callable

from msgspec.structs import replace

from executor.catalog.model import Relation
from executor.catalog.trees import descendants
from executor.ddl import adoption, alter_column, alter_constraint, recursion, storage_options
from executor.ddl.alter_type import alter_type
from executor.ddl.altering import Altering
from executor.ddl.base import DdlContext, DdlResult, Step, items
from executor.ddl.composite import alter_composite
from executor.ddl.lookup import Found, range_name
from executor.ddl.objects import put_relation, referencing
from executor.ddl.ownership import change_owner
from executor.ddl.recursion import Command
from executor.ddl.rename import KINDS, resolve_target
from executor.ddl.replica_identity import replica_index
from executor.ddl.row_change import reshaping
from executor.ddl.schema import role_oid
from executor.ddl.trigger import ALL_MODES, MODES, enable_trigger
from executor.errors import not_supported
from executor.parse import Node
from executor.sqlstates import InvalidTableDefinition, ObjectNotInPrerequisiteState, WrongObjectType

Action = Callable[[Node, Altering], None]

# PostgreSQL's passes: whatever the order in the text, drops come first and constraints last.
PASSES = {
    "AT_DropColumn": 0, "AT_DropConstraint": 0, "AT_DropNotNull": 0, "AT_DropExpression": 0, "AT_DropIdentity": 0,
    "AT_AlterColumnType": 1, "AT_AddColumn": 4, "AT_SetExpression": 5, "AT_SetNotNull": 7, "AT_SetIdentity": 7,
    "AT_ColumnDefault": 10, "AT_AddIdentity": 10,
}  # fmt: skip
CONSTRAINT_PASSES = {"CONSTR_PRIMARY": 8, "CONSTR_UNIQUE": 8, "CONSTR_FOREIGN": 10}
PASS_DROP, PASS_CONSTRAINT, PASS_OTHER = 0, 6, 11


def alter_table(node: Node, ctx: DdlContext) -> DdlResult:
    """ALTER TABLE [IF EXISTS] [ONLY] name action, ..."""
    kind = node.take("objtype", "OBJECT_TABLE")
    target = node.take("relation")
    only = not target.peek("inh", False)
    name, missing_ok, commands = (
        range_name(target, ctx),
        node.take("missing_ok", False),
        node.nodes("cmds"),
    )
    if kind not in KINDS:
        raise not_supported(f"ALTER {kind.removeprefix('OBJECT_').replace('_', ' ')}")
    found = resolve_target(ctx, name, missing_ok, kind)
    if found is None:
        return DdlResult(ctx.catalog, tag=KINDS[kind][0])
    if found.kind == "c":
        if kind != "OBJECT_TYPE":
            raise WrongObjectType(f'"{found.name}" is a composite type', hint="Use ALTER TYPE instead.")
        return alter_composite(ctx, found.oid, commands)
    before = found.relation
    tables = descendants(ctx.catalog, before) if before is not None and found.index is None else []
    altering = Altering(ctx, found.table.oid if found.relation is not None else found.oid)
    for command in sorted(commands, key=_pass):
        subtype = command.take("subtype")
        action = _action(subtype, found)
        if before is not None and found.kind == "r" and recursion.is_member(ctx.catalog, altering.relation):
            recursion.act(Command(subtype, command, action, only), altering)
        else:
            action(command, altering)
        command.take("behavior")
        command.finish()
    if before is not None and found.index is None:
        for table in tables:
            altering.steps += _reshaped_rows(ctx, table)
    return DdlResult(ctx.catalog, tuple(altering.steps), KINDS[kind][0])


def _reshaped_rows(ctx: DdlContext, before: Relation) -> list[Step]:
    """Columns of other tables that hold rows of this one get its new columns; those that went have been taken out."""
    after = ctx.catalog.relations_by_oid.get(before.oid)
    if after is None:
        return []
    left = tuple(c for c in before.columns if c.number in after.by_number)
    return reshaping(ctx, replace(before, columns=left), after) if len(left) != len(after.columns) else []


def _pass(command: Node) -> int:
    subtype = command.peek("subtype")
    if subtype == "AT_ColumnDefault" and command.peek("def") is None:
        return PASS_DROP
    if subtype == "AT_AddConstraint":
        return CONSTRAINT_PASSES.get(command.peek("def").peek("contype"), PASS_CONSTRAINT)
    return PASSES.get(subtype, PASS_OTHER)


def _action(subtype: str, found: Found) -> Action:
    """The action's function; for what is not a table only a few are possible."""
    if found.index is not None:
        actions = INDEX_ACTIONS
    elif found.sequence is not None:
        actions = SEQUENCE_ACTIONS
    else:
        actions = TABLE_ACTIONS if found.kind == "r" else VIEW_ACTIONS
    action = actions.get(subtype)
    if action is not None:
        if found.index is not None:
            return lambda node, altering: _index_options(node, altering, found, subtype == "AT_ResetRelOptions")
        return action
    words = WORDS.get(subtype, subtype.removeprefix("AT_"))
    if subtype in TABLE_ACTIONS:
        kind = (
            "indexes"
            if found.index
            else {"S": "sequences", "v": "views", "m": "materialized views"}.get(found.kind, "it")
        )
        raise WrongObjectType(
            f'ALTER action {words} cannot be performed on relation "{found.name}"',
            detail=f"This operation is not supported for {kind}.",
        )
    raise not_supported(f"ALTER TABLE ... {words}")


def _owner(node: Node, altering: Altering) -> None:
    ctx, new = altering.ctx, role_oid(node.take("newowner"), altering.ctx)
    change_owner(ctx, ctx.catalog.relations_by_oid.get(altering.oid) or ctx.catalog.sequences_by_oid[altering.oid], new)


def _set_options(node: Node, altering: Altering) -> None:
    relation = altering.relation
    known = storage_options.VIEW if relation.kind == "v" else storage_options.TABLE
    given = storage_options.read(altering.ctx, items(node.take("def")), known, toast=relation.kind != "v")
    check_option = given.pop("check_option", relation.check_option)
    changed = replace(relation, options={**relation.options, **given}, check_option=check_option)
    altering.ctx.catalog = put_relation(altering.ctx.catalog, changed)


def _reset_options(node: Node, altering: Altering) -> None:
    relation = altering.relation
    gone = storage_options.names_only(items(node.take("def")))
    kept = {name: value for name, value in relation.options.items() if name not in gone}
    check_option = "" if "check_option" in gone else relation.check_option
    altering.ctx.catalog = put_relation(altering.ctx.catalog, replace(relation, options=kept, check_option=check_option))


def _index_options(node: Node, altering: Altering, found: Found, reset: bool) -> None:
    assert found.index is not None
    relation = altering.relation
    old = found.index
    definition = items(node.take("def"))
    if reset:
        gone = storage_options.names_only(definition)
        options = {name: value for name, value in old.options.items() if name not in gone}
    else:
        options = {**old.options, **storage_options.read(altering.ctx, definition, storage_options.INDEX[old.method])}
    indexes = tuple(replace(i, options=options) if i.oid == old.oid else i for i in relation.indexes)
    altering.ctx.catalog = put_relation(altering.ctx.catalog, replace(relation, indexes=indexes))


def _set_tablespace(node: Node, altering: Altering) -> None:
    storage_options.refuse_tablespace(node.take("name"))


def _persistence(value: str) -> Action:
    def action(node: Node, altering: Altering) -> None:
        relation = altering.relation
        if relation.persistence == "t":
            raise InvalidTableDefinition(
                f'cannot change logged status of table "{relation.name}" because it is temporary'
            )
        if value == "u" and any(t.relation == relation.oid for p in altering.ctx.catalog.publications for t in p.tables):
            raise ObjectNotInPrerequisiteState(
                f'cannot change table "{relation.name}" to unlogged because it is part of a publication',
                detail="Unlogged relations cannot be replicated.")
        _refuse_mixed(altering, value)
        altering.ctx.catalog = put_relation(altering.ctx.catalog, replace(relation, persistence=value))

    return action


def _refuse_mixed(altering: Altering, value: str) -> None:
    """A permanent table must not have a foreign key to an unlogged one."""
    relation, catalog = altering.relation, altering.ctx.catalog
    if value == "u":
        others = [table for table, _ in referencing(catalog, relation.oid)]
    else:
        others = [catalog.relations_by_oid[c.referenced] for c in relation.constraints if c.kind == "f"]
    for other in others:
        if other.oid != relation.oid and other.persistence == ("p" if value == "u" else "u"):
            words = ("unlogged", "logged") if value == "u" else ("logged", "unlogged")
            raise InvalidTableDefinition(
                f'could not change table "{relation.name}" to {words[0]} '
                f'because it references {words[1]} table "{other.name}"'
            )


def _replica_identity(node: Node, altering: Altering) -> None:
    definition = node.take("def")
    identity, name = definition.take("identity_type"), definition.take("name", "")
    definition.finish()
    index = replica_index(altering.ctx, altering.relation, name) if identity == "i" else 0
    changed = replace(altering.relation, replica_identity=identity, replica_index=index)
    altering.ctx.catalog = put_relation(altering.ctx.catalog, changed)


def _trigger(subtype: str) -> Action:
    return lambda node, altering: enable_trigger(subtype, node, altering)


TABLE_ACTIONS: dict[str, Action] = {
    "AT_AddColumn": alter_column.add_column,
    "AT_DropColumn": alter_column.drop_column,
    "AT_ColumnDefault": alter_column.set_default,
    "AT_SetExpression": alter_column.set_expression,
    "AT_DropExpression": alter_column.drop_expression,
    "AT_AddIdentity": alter_column.add_identity,
    "AT_SetIdentity": alter_column.set_identity,
    "AT_DropIdentity": alter_column.drop_identity,
    "AT_AlterColumnType": alter_type,
    "AT_SetNotNull": alter_constraint.set_not_null,
    "AT_DropNotNull": alter_constraint.drop_not_null,
    "AT_AddConstraint": alter_constraint.add_constraint_action,
    "AT_DropConstraint": alter_constraint.drop_constraint,
    "AT_ValidateConstraint": alter_constraint.validate_constraint,
    "AT_AlterConstraint": alter_constraint.alter_constraint,
    "AT_ChangeOwner": _owner,
    "AT_SetRelOptions": _set_options,
    "AT_ResetRelOptions": _reset_options,
    "AT_SetTableSpace": _set_tablespace,
    "AT_SetLogged": _persistence("p"),
    "AT_SetUnLogged": _persistence("u"),
    "AT_ReplicaIdentity": _replica_identity,
    "AT_AddInherit": adoption.add_parent,
    "AT_DropInherit": adoption.drop_parent,
    "AT_AttachPartition": adoption.attach,
    "AT_DetachPartition": adoption.detach,
    **{subtype: _trigger(subtype) for subtype in (*MODES, *ALL_MODES)},
}
VIEW_ACTIONS: dict[str, Action] = {
    "AT_ColumnDefault": alter_column.set_view_default,
    "AT_ChangeOwner": _owner, "AT_SetRelOptions": _set_options, "AT_ResetRelOptions": _reset_options,
}  # fmt: skip
INDEX_ACTIONS: dict[str, Action] = {"AT_SetRelOptions": _set_options, "AT_ResetRelOptions": _reset_options}
SEQUENCE_ACTIONS: dict[str, Action] = {"AT_ChangeOwner": _owner}
WORDS = {
    "AT_AddColumn": "ADD COLUMN", "AT_DropColumn": "DROP COLUMN", "AT_ColumnDefault": "ALTER COLUMN ... SET DEFAULT",
    "AT_SetExpression": "ALTER COLUMN ... SET EXPRESSION", "AT_DropExpression": "ALTER COLUMN ... DROP EXPRESSION",
    "AT_AddIdentity": "ALTER COLUMN ... ADD IDENTITY", "AT_SetIdentity": "ALTER COLUMN ... SET",
    "AT_DropIdentity": "ALTER COLUMN ... DROP IDENTITY", "AT_AlterColumnType": "ALTER COLUMN ... SET DATA TYPE",
    "AT_SetNotNull": "ALTER COLUMN ... SET NOT NULL", "AT_DropNotNull": "ALTER COLUMN ... DROP NOT NULL",
    "AT_AddConstraint": "ADD CONSTRAINT", "AT_DropConstraint": "DROP CONSTRAINT",
    "AT_ValidateConstraint": "VALIDATE CONSTRAINT", "AT_AlterConstraint": "ALTER CONSTRAINT",
    "AT_SetRelOptions": "SET", "AT_ResetRelOptions": "RESET", "AT_ChangeOwner": "OWNER TO",
    "AT_SetTableSpace": "SET TABLESPACE", "AT_SetLogged": "SET LOGGED", "AT_SetUnLogged": "SET UNLOGGED",
    "AT_ReplicaIdentity": "REPLICA IDENTITY", "AT_SetStatistics": "ALTER COLUMN ... SET STATISTICS",
    "AT_SetStorage": "ALTER COLUMN ... SET STORAGE", "AT_SetCompression": "ALTER COLUMN ... SET COMPRESSION",
    "AT_SetOptions": "ALTER COLUMN ... SET (options)", "AT_ResetOptions": "ALTER COLUMN ... RESET (options)",
    "AT_ClusterOn": "CLUSTER ON", "AT_DropCluster": "SET WITHOUT CLUSTER", "AT_SetAccessMethod": "SET ACCESS METHOD",
    "AT_EnableTrig": "ENABLE TRIGGER", "AT_EnableAlwaysTrig": "ENABLE ALWAYS TRIGGER",
    "AT_EnableReplicaTrig": "ENABLE REPLICA TRIGGER", "AT_DisableTrig": "DISABLE TRIGGER",
    "AT_EnableTrigAll": "ENABLE TRIGGER ALL", "AT_DisableTrigAll": "DISABLE TRIGGER ALL",
    "AT_EnableTrigUser": "ENABLE TRIGGER USER", "AT_DisableTrigUser": "DISABLE TRIGGER USER",
    "AT_AddInherit": "INHERIT", "AT_DropInherit": "NO INHERIT", "AT_AddOf": "OF", "AT_DropOf": "NOT OF",
    "AT_EnableRowSecurity": "ENABLE ROW LEVEL SECURITY", "AT_DisableRowSecurity": "DISABLE ROW LEVEL SECURITY",
    "AT_ForceRowSecurity": "FORCE ROW LEVEL SECURITY", "AT_NoForceRowSecurity": "NO FORCE ROW LEVEL SECURITY",
    "AT_AttachPartition": "ATTACH PARTITION", "AT_DetachPartition": "DETACH PARTITION", "AT_GenericOptions": "OPTIONS",
}  # fmt: skip
