"""What may not be done to published tables: UPDATE and DELETE where those who are told could not know which row was meant.

As PostgreSQL's CheckCmdReplicaIdentity(), for each table that a statement changes.
"""

from collections.abc import Iterator

from executor import plan, walk
from executor.catalog.model import Catalog, Column, Publication, Relation
from executor.publishing.identity import has_identity, identity_key
from executor.publishing.listing import is_publishable
from executor.sqlstates import InvalidColumnReference, ObjectNotInPrerequisiteState

VERBS = {"update": ("update table", "updating"), "delete": ("delete from table", "deleting from")}


Change = tuple[Relation, str, frozenset[int]]
"""A table, what is done to its rows, and the attnums that are changed."""
ACTING = {"c": "", "n": "update", "d": "update"}
"""Action of a foreign key -> what it does to the rows that point; "": the same."""


def refuse_unidentified(found: plan.Plan, catalog: Catalog) -> None:
    """42P10 or 55000 for a plan that changes rows of a published table that has no replica identity to tell them by.

    What foreign keys do on its behalf is judged with it, whether there are such rows or not.
    """
    waiting = list(_changed(found))
    seen: set[tuple[int, str, frozenset[int]]] = set()
    while waiting:
        change = waiting.pop(0)
        key = (change[0].oid, *change[1:])
        if key not in seen:
            seen.add(key)
            if is_publishable(change[0]) and change[0].partition_key is None:  # its partitions have the rows
                _check(catalog, change[0], change[1])
            waiting += _consequences(catalog, change)


def _changed(found: plan.Plan) -> Iterator[Change]:
    for node in walk.nodes(found):
        assigned: tuple[tuple[Column, plan.Expr], ...] = ()
        if isinstance(node, plan.Update):
            action, assigned = "update", node.assignments
        elif isinstance(node, plan.Insert) and node.on_conflict is not None and node.on_conflict.update:
            action, assigned = "update", node.on_conflict.assignments
        elif isinstance(node, plan.Delete):
            action = "delete"
        else:
            continue
        names = {column.name for column, _ in assigned}
        for relation in (node.relation, *(leaf.relation for leaf in node.leaves)):
            yield relation, action, frozenset(c.number for c in relation.columns if c.name in names)


def _consequences(catalog: Catalog, change: Change) -> Iterator[Change]:
    """What the actions of foreign keys do to the tables that point to one."""
    relation, action, columns = change
    for other in catalog.relations:
        for key in other.constraints:
            if key.kind == "f" and key.referenced == relation.oid:
                does = ACTING.get(key.on_delete if action == "delete" else key.on_update)
                if does is not None and (action == "delete" or columns.intersection(key.referenced_columns)):
                    yield other, does or action, frozenset(key.columns)


def _check(catalog: Catalog, relation: Relation, action: str) -> None:
    telling = [(p, told) for p in catalog.publications if (told := _told_as(catalog, p, relation)) is not None]
    if not telling:
        return
    words, doing = VERBS[action]
    for publication, told in telling:
        detail = _unfit(catalog, publication, told, relation) if action in publication.actions else ""
        if detail:
            raise InvalidColumnReference(f'cannot {words} "{relation.name}"', detail=detail)
    if not has_identity(relation) and any(action in p.actions for p, _ in telling):
        raise ObjectNotInPrerequisiteState(
            f'cannot {words} "{relation.name}" because it does not have a replica identity and publishes {action}s',
            hint=f"To enable {doing} the table, set REPLICA IDENTITY using ALTER TABLE.")


def _told_as(catalog: Catalog, publication: Publication, relation: Relation) -> Relation | None:
    """The table as which a publication tells of one: itself or its root; None if it does not."""
    line = [relation]
    while line[-1].bound is not None and line[-1].parents:
        line.append(catalog.relations_by_oid[line[-1].parents[0]])
    if publication.all_tables:
        having = line
    else:
        tables, schemas = {t.relation for t in publication.tables}, {s.schema for s in publication.schemas}
        names = {s.name for s in catalog.schemas if s.oid in schemas}
        having = [r for r in line if r.oid in tables or r.schema in names]
    if not having:
        return None
    return having[-1] if publication.via_root else relation


def _unfit(catalog: Catalog, publication: Publication, told: Relation, relation: Relation) -> str:
    """Why rows cannot be told by their identity; "" if they can."""
    key = {relation.by_number[number].name for number in identity_key(relation)}
    is_full = relation.replica_identity == "f"
    entry = next((t for t in publication.tables if t.relation == told.oid), None)
    if entry is not None and entry.where and not is_full and any(told.by_number[n].name not in key for n in entry.used):
        return "Column used in the publication WHERE expression is not part of the replica identity."
    if entry is not None and entry.columns is not None:
        listed = {told.by_number[number].name for number in entry.columns}
        return "Column list used by the publication does not cover the replica identity." if is_full or key - listed else ""
    wanted = {c.name: c.generated for c in relation.columns}
    identity = wanted if is_full else key
    kinds = "v" if publication.generated == "s" else "sv"
    if any(wanted[name] and wanted[name] in kinds for name in identity):
        return "Replica identity must not contain unpublished generated columns."
    return ""
