"""CREATE TRIGGER, DROP TRIGGER, ALTER TRIGGER ... RENAME, and what ALTER TABLE does to triggers.

A trigger is a part of its relation in the Catalog; SQLite knows nothing of it. Triggers of the file itself are SQLite's own:
they fire as SQLite says, and are not seen here.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from executor.catalog.model import Relation, Routine, Trigger
from executor.catalog.quoting import quote_identifier
from executor.ddl.altering import Altering
from executor.ddl.base import DdlContext, DdlResult
from executor.ddl.lookup import Found, dotted_name, find, get, range_name, refuse_system, schema_exists
from executor.ddl.objects import put_relation, without_comments
from executor.errors import not_supported
from executor.facts import lookup
from executor.parse import Node
from executor.sqlstates import (
    DuplicateColumn,
    DuplicateObject,
    FeatureNotSupported,
    InsufficientPrivilege,
    InvalidObjectDefinition,
    InvalidSchemaName,
    SuccessfulCompletion,
    SyntaxError,
    UndefinedColumn,
    UndefinedFunction,
    UndefinedObject,
    UndefinedTable,
    WrongObjectType,
)

TIMINGS = {0: "AFTER", 2: "BEFORE", 64: "INSTEAD OF"}
EVENTS = {4: "INSERT", 8: "DELETE", 16: "UPDATE", 32: "TRUNCATE"}
TRIGGER_TYPE = 2279
PLURALS = {"m": "materialized views", "i": "indexes", "S": "sequences", "c": "composite types"}


def create_trigger(node: Node, ctx: DdlContext) -> DdlResult:
    """CREATE [OR REPLACE] [CONSTRAINT] TRIGGER."""
    replaces, is_constraint = node.take("replace", False), node.take("isconstraint", False)
    name = node.take("trigname")
    found = _target(node.take("relation"), ctx)
    relation = found.table
    timing = TIMINGS[node.take("timing", 0)]
    mask = node.take("events", 0)
    events = tuple(word for bit, word in EVENTS.items() if mask & bit)
    level = "ROW" if node.take("row", False) else "STATEMENT"
    _check_kind(relation, timing, level, events)
    referenced = _referenced(node.take("constrrel"), ctx, relation, is_constraint=is_constraint)
    columns_given = node.texts("columns")
    condition_node = node.take("whenClause")
    if timing == "INSTEAD OF":
        _check_instead_of(level, has_condition=condition_node is not None, has_columns=bool(columns_given))
    old_table, new_table = _transitions(node.nodes("transitionRels"), relation, timing, level, events, columns_given)
    columns = _columns(relation, columns_given)
    when = ""
    used: tuple[int, ...] = ()
    if condition_node is not None:
        when, used = ctx.binder.trigger_condition(condition_node, relation, timing, level, events)
    function = _function(node.texts("funcname"), ctx)
    arguments = tuple(node.texts("args"))
    deferrable, deferred = node.take("deferrable", False), node.take("initdeferred", False)
    old = relation.trigger(name)
    _check_existing(old, relation, name, replaces=replaces, is_constraint=is_constraint)
    oid = old.oid if old is not None else ctx.new_oid()
    made = Trigger(oid=oid, name=name, function=function, timing=timing, events=events, level=level, columns=columns, when=when,
                   used=used, arguments=arguments, constraint=ctx.new_oid() if is_constraint else 0, deferrable=deferrable,
                   deferred=deferred, referenced=referenced, old_table=old_table, new_table=new_table)
    _put(ctx, relation, (*(t for t in relation.triggers if t.oid != oid), made))
    return DdlResult(ctx.catalog, tag="CREATE TRIGGER")


def _put(ctx: DdlContext, relation: Relation, triggers: Iterable[Trigger]) -> None:
    """The relation with these triggers, in the order in which they fire."""
    ordered = tuple(sorted(triggers, key=lambda t: t.name.encode()))
    ctx.catalog = put_relation(ctx.catalog, replace(relation, triggers=ordered))


def _target(node: Node, ctx: DdlContext) -> Found:
    name = range_name(node, ctx)
    found = find(ctx, name)
    if found is None:
        raise UndefinedTable(f'relation "{name}" does not exist')
    if found.relation is None or found.index is not None or found.kind not in "rv":
        raise WrongObjectType(f'relation "{found.name}" cannot have triggers',
                              detail=f"This operation is not supported for {PLURALS.get(found.kind, 'it')}.")
    refuse_system(found)
    return found


def _check_kind(relation: Relation, timing: str, level: str, events: tuple[str, ...]) -> None:
    if relation.kind == "r":
        if timing == "INSTEAD OF":
            raise WrongObjectType(f'"{relation.name}" is a table', detail="Tables cannot have INSTEAD OF triggers.")
    elif timing != "INSTEAD OF" and level == "ROW":
        raise WrongObjectType(f'"{relation.name}" is a view', detail="Views cannot have row-level BEFORE or AFTER triggers.")
    elif "TRUNCATE" in events:
        raise WrongObjectType(f'"{relation.name}" is a view', detail="Views cannot have TRUNCATE triggers.")
    if relation.kind == "v" and relation.made_elsewhere:
        raise not_supported(f'a trigger on view "{relation.name}", which another program created,')
    if "TRUNCATE" in events and level == "ROW":
        raise FeatureNotSupported("TRUNCATE FOR EACH ROW triggers are not supported")


def _check_instead_of(level: str, *, has_condition: bool, has_columns: bool) -> None:
    if level != "ROW":
        raise FeatureNotSupported("INSTEAD OF triggers must be FOR EACH ROW")
    if has_condition:
        raise FeatureNotSupported("INSTEAD OF triggers cannot have WHEN conditions")
    if has_columns:
        raise FeatureNotSupported("INSTEAD OF triggers cannot have column lists")


def _referenced(node: Node | None, ctx: DdlContext, relation: Relation, *, is_constraint: bool) -> int:
    """The table after FROM."""
    if node is None:
        return 0
    return get(ctx, range_name(node, ctx)).oid


def _transitions(nodes: list[Node], relation: Relation, timing: str, level: str, events: tuple[str, ...],
                 columns: list[str]) -> tuple[str, str]:
    """The names of the old and the new transition table."""
    found = {False: "", True: ""}
    for node in nodes:
        name, is_new = node.take("name"), node.take("isNew", False)
        if not node.take("isTable", False):
            raise FeatureNotSupported("ROW variable naming in the REFERENCING clause is not supported",
                                      hint="Use OLD TABLE or NEW TABLE for naming transition tables.")
        node.finish()
        if relation.kind == "v":
            raise WrongObjectType(f'"{relation.name}" is a view', detail="Triggers on views cannot have transition tables.")
        if timing != "AFTER":
            raise InvalidObjectDefinition("transition table name can only be specified for an AFTER trigger")
        if "TRUNCATE" in events:
            raise FeatureNotSupported("TRUNCATE triggers with transition tables are not supported")
        if len(events) != 1:
            raise FeatureNotSupported("transition tables cannot be specified for triggers with more than one event")
        if columns:
            raise FeatureNotSupported("transition tables cannot be specified for triggers with column lists")
        word, allowed = ("NEW", ("INSERT", "UPDATE")) if is_new else ("OLD", ("DELETE", "UPDATE"))
        if events[0] not in allowed:
            raise InvalidObjectDefinition(f"{word} TABLE can only be specified for "
                                          f"{'an' if is_new else 'a'} {allowed[0]} or UPDATE trigger")
        if found[is_new]:
            raise InvalidObjectDefinition(f"{word} TABLE cannot be specified multiple times")
        found[is_new] = name
    if found[True] and found[True] == found[False]:
        raise InvalidObjectDefinition("OLD TABLE name and NEW TABLE name cannot be the same")
    return found[False], found[True]


def _columns(relation: Relation, names: list[str]) -> tuple[int, ...]:
    numbers: list[int] = []
    for name in names:
        column = relation.by_name.get(name)
        if column is None:
            raise UndefinedColumn(f'column "{name}" of relation "{relation.name}" does not exist')
        if column.number in numbers:
            raise DuplicateColumn(f'column "{name}" specified more than once')
        numbers.append(column.number)
    return tuple(numbers)


def _function(names: list[str], ctx: DdlContext) -> int:
    """OID of the trigger function (42883, 42P17)."""
    *schema, name = names
    shown = f"{'.'.join(names)}()"
    if len(schema) > 1:
        raise SyntaxError(f"improper qualified name (too many dotted names): {'.'.join(names)}")
    for searched in schema or ctx.search_path:
        found = _routine(ctx, searched, name)
        if found is None:
            continue
        oid, result = found
        if result != TRIGGER_TYPE:
            raise InvalidObjectDefinition(f"function {quote_identifier(name)} must return type trigger")
        return oid
    raise UndefinedFunction(f"function {shown} does not exist")


def _routine(ctx: DdlContext, schema: str, name: str) -> tuple[int, int] | None:
    """(OID, result) of the function without arguments of this name in a schema."""
    made: Iterable[Routine] = ctx.catalog.routines_by_name.get((schema, name), ())
    for routine in made:
        if not routine.inputs and routine.kind == "f":
            return routine.oid, routine.result
    if schema == "pg_catalog":
        for fact in lookup.functions_by_name().get(name, ()):
            if not fact.arguments:
                return fact.oid, fact.result
    return None


def _check_existing(old: Trigger | None, relation: Relation, name: str, *, replaces: bool, is_constraint: bool) -> None:
    if old is None:
        return
    if not replaces:
        raise DuplicateObject(f'trigger "{name}" for relation "{relation.name}" already exists')
    if is_constraint or old.constraint:
        raise DuplicateObject(f'trigger "{name}" for relation "{relation.name}" is a constraint trigger')


# ---------------------------------------------------------------- the others


def drop_trigger(names: list[str], ctx: DdlContext, missing_ok: bool) -> DdlResult:
    """DROP TRIGGER [IF EXISTS] name ON table."""
    *table, name = names
    result = "DROP TRIGGER"
    wanted = dotted_name(table, ctx)
    if wanted.schema and not schema_exists(ctx, wanted.schema):
        if not missing_ok:
            raise InvalidSchemaName(f'schema "{wanted.schema}" does not exist')
        ctx.notice(SuccessfulCompletion, f'schema "{wanted.schema}" does not exist, skipping')
        return DdlResult(ctx.catalog, tag=result)
    found = find(ctx, wanted)
    if found is None:
        if not missing_ok:
            raise UndefinedTable(f'relation "{wanted}" does not exist')
        ctx.notice(SuccessfulCompletion, f'relation "{wanted}" does not exist, skipping')
        return DdlResult(ctx.catalog, tag=result)
    trigger = found.relation.trigger(name) if found.relation is not None and found.index is None else None
    if trigger is None:
        if not missing_ok:
            raise UndefinedObject(f'trigger "{name}" for table "{wanted}" does not exist')
        ctx.notice(SuccessfulCompletion, f'trigger "{name}" for relation "{wanted}" does not exist, skipping')
        return DdlResult(ctx.catalog, tag=result)
    remove_triggers(ctx, found.table.oid, {trigger.oid})
    return DdlResult(ctx.catalog, tag=result)


def remove_triggers(ctx: DdlContext, relation: int, oids: set[int]) -> None:
    """Take triggers, and the comments on them, out of the catalog."""
    found = ctx.catalog.relations_by_oid[relation]
    gone = {t.constraint for t in found.triggers if t.oid in oids} | oids
    ctx.catalog = without_comments(ctx.catalog, gone)
    _put(ctx, found, (t for t in found.triggers if t.oid not in oids))


def rename_trigger(node: Node, ctx: DdlContext, kind: str) -> DdlResult:
    """ALTER TRIGGER name ON table RENAME TO name."""
    old_name, new_name = node.take("subname"), node.take("newname")
    found = _target(node.take("relation"), ctx)
    relation = found.table
    trigger = relation.trigger(old_name)
    if relation.trigger(new_name) is not None:
        raise DuplicateObject(f'trigger "{new_name}" for relation "{relation.name}" already exists')
    if trigger is None:
        raise UndefinedObject(f'trigger "{old_name}" for table "{relation.name}" does not exist')
    _put(ctx, relation, (replace(t, name=new_name) if t is trigger else t for t in relation.triggers))
    return DdlResult(ctx.catalog, tag="ALTER TRIGGER")


MODES = {"AT_EnableTrig": "O", "AT_EnableAlwaysTrig": "A", "AT_EnableReplicaTrig": "R", "AT_DisableTrig": "D"}
ALL_MODES = {"AT_EnableTrigAll": "O", "AT_EnableTrigUser": "O", "AT_DisableTrigAll": "D", "AT_DisableTrigUser": "D"}


def enable_trigger(subtype: str, node: Node, altering: Altering) -> None:
    """ENABLE or DISABLE TRIGGER name, ALL or USER."""
    relation = altering.relation
    if subtype in ALL_MODES:
        if subtype == "AT_DisableTrigAll" and _has_foreign_keys(altering.ctx, relation):
            raise not_supported(f'DISABLE TRIGGER ALL of table "{relation.name}", which foreign keys watch')
        _put(altering.ctx, relation, (replace(t, enabled=ALL_MODES[subtype]) for t in relation.triggers))
        return
    name = node.take("name")
    if relation.trigger(name) is None:
        if name.startswith("RI_ConstraintTrigger_"):
            raise InsufficientPrivilege(f'permission denied: "{name}" is a system trigger')
        raise UndefinedObject(f'trigger "{name}" for table "{relation.name}" does not exist')
    _put(altering.ctx, relation, (replace(t, enabled=MODES[subtype]) if t.name == name else t for t in relation.triggers))


def _has_foreign_keys(ctx: DdlContext, relation: Relation) -> bool:
    own = any(c.kind == "f" for c in relation.constraints)
    return own or any(c.kind == "f" and c.referenced == relation.oid for r in ctx.catalog.relations for c in r.constraints)
