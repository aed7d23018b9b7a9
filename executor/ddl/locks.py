"""The locks of DDL, as PostgreSQL takes them: what a statement names (TARGETS), and what its result changes beside that.

Source: explicit-locking.html, sql-altertable.html. A statement takes both before it writes anything, so that one which has to
wait can begin again, with its names looked up anew.
"""

from collections.abc import Callable, Iterator

from executor.catalog.model import Catalog, Relation
from executor.catalog.trees import descendants
from executor.ddl.base import DdlContext
from executor.ddl.lookup import Found, RangeName, find
from executor.ddl.objects import referencing
from executor.lock_names import table_request
from executor.parse import Node
from storage.locks import Mode, Request

Wanted = Iterator[tuple[int, Mode]]
ACCESS_SHARE, SHARE_UPDATE_EXCLUSIVE, SHARE = Mode.ACCESS_SHARE, Mode.SHARE_UPDATE_EXCLUSIVE, Mode.SHARE
SHARE_ROW_EXCLUSIVE, ACCESS_EXCLUSIVE = Mode.SHARE_ROW_EXCLUSIVE, Mode.ACCESS_EXCLUSIVE


def requests(node: Node, ctx: DdlContext) -> Iterator[Request]:
    """The locks on what a statement names, as far as it exists."""
    targets = TARGETS.get(node.kind)
    if targets is not None:
        for oid, mode in targets(node, ctx):
            yield table_request(oid, mode)


def consequences(before: Catalog, after: Catalog) -> Iterator[Request]:
    """The locks on what a statement makes, drops and refers to."""
    if before.relations is not after.relations:
        for oid, mode in _changes(before.relations_by_oid, after):
            yield table_request(oid, mode)
    if before.sequences is not after.sequences:
        for oid in before.sequences_by_oid.keys() ^ after.sequences_by_oid.keys():
            yield table_request(oid, ACCESS_EXCLUSIVE)


def _changes(old: dict[int, Relation], after: Catalog) -> Wanted:
    new = after.relations_by_oid
    for oid, relation in old.items():
        if oid not in new:
            yield oid, ACCESS_EXCLUSIVE
            if relation.bound is not None:
                yield relation.parents[0], ACCESS_EXCLUSIVE
            yield from ((c.referenced, ACCESS_EXCLUSIVE) for c in relation.constraints if c.kind == "f")
    for relation in after.relations:
        prior = old.get(relation.oid)
        if prior is relation:
            continue
        if prior is None or len(relation.columns) < len(prior.columns):
            yield relation.oid, ACCESS_EXCLUSIVE
        yield from _foreign_keys(prior, relation)
        read = {oid for oid, _ in relation.uses} - {oid for oid, _ in (prior.uses if prior is not None else ())}
        yield from ((oid, ACCESS_SHARE) for oid in read)


def _foreign_keys(prior: Relation | None, relation: Relation) -> Wanted:
    """A new foreign key keeps writers from both of its tables, one that goes keeps everybody away."""
    before = {c.oid: c.referenced for c in (prior.constraints if prior is not None else ()) if c.kind == "f"}
    after = {c.oid: c.referenced for c in relation.constraints if c.kind == "f"}
    for oid in after.keys() - before.keys():
        yield relation.oid, SHARE_ROW_EXCLUSIVE
        yield after[oid], SHARE_ROW_EXCLUSIVE
    for oid in before.keys() - after.keys():
        yield relation.oid, ACCESS_EXCLUSIVE
        yield before[oid], ACCESS_EXCLUSIVE


# --- what a statement names -------------------------------------------------------------------------------------------


def _found(ctx: DdlContext, name: Node | None) -> Found | None:
    """The object of a RangeVar."""
    return None if name is None else find(ctx, RangeName(name.peek("schemaname", ""), name.peek("relname", "")))


def _by_names(ctx: DdlContext, names: list[Node]) -> Found | None:
    """The object of a name given as a list."""
    parts = [part.peek("sval", "") for part in names]
    return find(ctx, RangeName(parts[-2] if len(parts) > 1 else "", parts[-1])) if parts else None


def _with_table(found: Found | None, mode: Mode) -> Wanted:
    """An object, and before an index its table."""
    if found is None:
        return
    if found.index is not None:
        yield found.table.oid, mode
    yield found.oid, mode


def _only(found: Found | None, mode: Mode) -> Wanted:
    if found is not None:
        yield found.oid, mode


ALTER_LEVELS = {
    "AT_ValidateConstraint": SHARE_UPDATE_EXCLUSIVE, "AT_AttachPartition": SHARE_UPDATE_EXCLUSIVE,
    "AT_SetStatistics": SHARE_UPDATE_EXCLUSIVE,
    "AT_ClusterOn": SHARE_UPDATE_EXCLUSIVE, "AT_DropCluster": SHARE_UPDATE_EXCLUSIVE,
    "AT_SetOptions": SHARE_UPDATE_EXCLUSIVE, "AT_ResetOptions": SHARE_UPDATE_EXCLUSIVE,
    "AT_SetRelOptions": SHARE_UPDATE_EXCLUSIVE, "AT_ResetRelOptions": SHARE_UPDATE_EXCLUSIVE,
    "AT_EnableTrig": SHARE_ROW_EXCLUSIVE, "AT_DisableTrig": SHARE_ROW_EXCLUSIVE,
    "AT_EnableTrigAll": SHARE_ROW_EXCLUSIVE, "AT_DisableTrigAll": SHARE_ROW_EXCLUSIVE,
    "AT_EnableTrigUser": SHARE_ROW_EXCLUSIVE, "AT_DisableTrigUser": SHARE_ROW_EXCLUSIVE,
}  # fmt: skip
"""The actions of ALTER TABLE that need less than ACCESS EXCLUSIVE; a foreign key is one too."""


def _level(command: Node, found: Found) -> Mode:
    subtype = command.peek("subtype")
    if subtype == "AT_AddConstraint" and command.peek("def").peek("contype") == "CONSTR_FOREIGN":
        return SHARE_ROW_EXCLUSIVE
    if found.kind == "v":
        return ACCESS_EXCLUSIVE
    return ALTER_LEVELS.get(subtype, ACCESS_EXCLUSIVE)


def _alter_table(node: Node, ctx: DdlContext) -> Wanted:
    found = _found(ctx, node.peek("relation"))
    if found is None:
        return
    commands = node.peek("cmds", [])
    level = max((_level(command, found) for command in commands), default=ACCESS_EXCLUSIVE)
    yield found.oid, level
    yield from ((oid, level) for oid in _below(found, node.peek("relation"), ctx))
    for command in commands:
        if command.peek("subtype") in ADOPTIONS:
            definition = command.peek("def")
            other = definition if definition.kind == "RangeVar" else definition.peek("name")
            yield from _only(_found(ctx, other), ADOPTIONS[command.peek("subtype")])
    if found.relation is not None and any(c.peek("subtype") == "AT_ValidateConstraint" for c in commands):
        named = {c.peek("name") for c in commands}
        for constraint in found.relation.constraints:
            if constraint.kind == "f" and constraint.name in named:
                yield constraint.referenced, Mode.ROW_SHARE


def _below(found: Found, name: Node, ctx: DdlContext) -> Iterator[int]:
    """The descendants of a table that is not named with ONLY."""
    if found.relation is not None and name.peek("inh", False) and found.oid in ctx.catalog.children:
        yield from (table.oid for table in descendants(ctx.catalog, found.relation)[1:])


ADOPTIONS = {"AT_AttachPartition": ACCESS_EXCLUSIVE, "AT_DetachPartition": ACCESS_EXCLUSIVE,
             "AT_AddInherit": SHARE_UPDATE_EXCLUSIVE, "AT_DropInherit": ACCESS_SHARE}
"""Actions that name another table, and how that is locked."""


def _rename(node: Node, ctx: DdlContext) -> Wanted:
    kind = node.peek("renameType")
    if kind == "OBJECT_SCHEMA":  # its tables get other names in SQLite, by which their rows are locked
        name = node.peek("subname")
        yield from ((r.oid, ACCESS_EXCLUSIVE) for r in ctx.catalog.relations if r.schema == name)
        return
    found = _found(ctx, node.peek("relation"))
    if found is not None and kind in COMMENTED_PARTS:
        yield from ((oid, ACCESS_EXCLUSIVE) for oid in _below(found, node.peek("relation"), ctx))
    yield from _only(found, SHARE_UPDATE_EXCLUSIVE if kind == "OBJECT_INDEX" else ACCESS_EXCLUSIVE)


def _drop(node: Node, ctx: DdlContext) -> Wanted:
    if node.peek("removeType") == "OBJECT_TRIGGER":
        for item in node.peek("objects", []):
            yield from _only(_by_names(ctx, item.peek("items", [])[:-1]), ACCESS_EXCLUSIVE)
    if node.peek("removeType") not in DROPPED:
        return
    for item in node.peek("objects", []):
        found = _by_names(ctx, item.peek("items", []))
        if node.peek("concurrent", False):
            yield from _with_table(found, SHARE_UPDATE_EXCLUSIVE)
        yield from _with_table(found, ACCESS_EXCLUSIVE)


DROPPED = frozenset({"OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_INDEX", "OBJECT_SEQUENCE"})
COMMENTED_PARTS = frozenset({"OBJECT_COLUMN", "OBJECT_TABCONSTRAINT", "OBJECT_TRIGGER"})


def _comment(node: Node, ctx: DdlContext) -> Wanted:
    kind, named = node.peek("objtype"), node.peek("object")
    if kind not in DROPPED and kind not in COMMENTED_PARTS:
        return
    names = named.peek("items", [])
    yield from _only(_by_names(ctx, names[:-1] if kind in COMMENTED_PARTS else names), SHARE_UPDATE_EXCLUSIVE)


def _truncate(node: Node, ctx: DdlContext) -> Wanted:
    waiting = [found.oid for item in node.peek("relations", []) if (found := _found(ctx, item)) is not None]
    seen: set[int] = set()
    while waiting:
        oid = waiting.pop(0)
        if oid not in seen:
            seen.add(oid)
            yield oid, ACCESS_EXCLUSIVE
            waiting += [table.oid for table in ctx.catalog.children.get(oid, ())]
            if node.peek("behavior") == "DROP_CASCADE":
                waiting += [table.oid for table, _ in referencing(ctx.catalog, oid)]


def _index(node: Node, ctx: DdlContext) -> Wanted:
    found = _found(ctx, node.peek("relation"))
    if node.peek("concurrent", False):
        yield from _only(found, SHARE_UPDATE_EXCLUSIVE)
    if found is not None:
        yield from ((oid, SHARE) for oid in _below(found, node.peek("relation"), ctx))
    yield from _only(found, SHARE)  # CONCURRENTLY waits for those who write, too


def _create(node: Node, ctx: DdlContext) -> Wanted:
    for parent in node.peek("inhRelations", []):
        partition = node.peek("partbound") is not None
        found = _found(ctx, parent)
        yield from _only(found, SHARE_UPDATE_EXCLUSIVE)
        if partition and found is not None:  # the default partition's rows are looked at
            yield from ((c.oid, ACCESS_EXCLUSIVE) for c in ctx.catalog.children.get(found.oid, ())
                        if c.bound is not None and c.bound.default)
    for element in node.peek("tableElts", []):
        if element.kind == "TableLikeClause":
            yield from _only(_found(ctx, element.peek("relation")), ACCESS_SHARE)


def _create_trigger(node: Node, ctx: DdlContext) -> Wanted:
    yield from _only(_found(ctx, node.peek("relation")), SHARE_ROW_EXCLUSIVE)
    yield from _only(_found(ctx, node.peek("constrrel")), ACCESS_SHARE)


def _refresh(node: Node, ctx: DdlContext) -> Wanted:
    mode = Mode.EXCLUSIVE if node.peek("concurrent", False) else ACCESS_EXCLUSIVE
    return _only(_found(ctx, node.peek("relation")), mode)


TARGETS: dict[str, Callable[[Node, DdlContext], Wanted]] = {
    "CreateStmt": _create,
    "IndexStmt": _index,
    "ViewStmt": lambda node, ctx: _only(_found(ctx, node.peek("view")), ACCESS_EXCLUSIVE),
    "AlterSeqStmt": lambda node, ctx: _only(_found(ctx, node.peek("sequence")), SHARE_ROW_EXCLUSIVE),
    "AlterTableStmt": _alter_table,
    "RenameStmt": _rename,
    "AlterObjectSchemaStmt": lambda node, ctx: _only(_found(ctx, node.peek("relation")), ACCESS_EXCLUSIVE),
    "DropStmt": _drop,
    "CommentStmt": _comment,
    "TruncateStmt": _truncate,
    "CreateTrigStmt": _create_trigger,
    "RefreshMatViewStmt": _refresh,
}
"""By statement: the objects that it names, with the modes. What it makes, and DROP's dependents, are consequences."""
