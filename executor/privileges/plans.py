"""What a bound plan needs: privileges on relations and columns, and functions that not everybody may call.

Who needs it is the current user, and below a view the view's owner, unless the view is a security_invoker one.
Row-level security has its place here too: the plan's range entries say whose rows are read, and as whom.
Source: PostgreSQL's rule system (rules-privileges.html), execMain.c for columns.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from executor import plan
from executor.catalog.model import Relation
from executor.privileges.rules import (
    Who,
    of_relation,
    of_schema,
    owner_of,
    refused,
    restricted_functions,
    restricted_relations,
    who_is,
)
from executor.settings.definitions import parse_bool
from executor.sqlstates import InsufficientPrivilege
from executor.walk import NOT_PLANS

if TYPE_CHECKING:
    from executor.analysis import Analyzed
    from executor.session import Session

SELECT, INSERT, UPDATE, DELETE = "r", "a", "w", "d"
KEPT_MAX = 500


class Need(NamedTuple):
    """A privilege that a plan needs, on the relation or on the columns; function: the OID of a function to be called.

    columns: attnums; empty if one column that is granted is enough, None if only the whole relation is. by: OID of the role that
    needs it, 0 for the current user.
    """

    relation: Relation | None
    letter: str
    columns: frozenset[int] | None = None
    by: int = 0
    function: int = 0


def needs_of(found: plan.Plan, given: Mapping[int, frozenset[int]],
             through: Mapping[int, tuple[Relation, ...]]) -> tuple[Need, ...]:
    """What a plan needs, in the order in which it names things. given, through: see executor.analysis.Analyzed."""
    collector = _Collector(given, through)
    collector.collect(found, 0)
    return tuple(collector.needs)


class _Level:
    """What is read on behalf of one role: range entries, and the columns of them."""

    def __init__(self) -> None:
        self.entries: dict[int, Relation] = {}
        self.targets: dict[int, tuple[Relation, int]] = {}  # also OLD and NEW -> (table, number of its own entry)
        self.columns: set[tuple[int, int]] = set()


class _Collector:
    def __init__(self, given: Mapping[int, frozenset[int]], through: Mapping[int, tuple[Relation, ...]]) -> None:
        self.given = given
        self.through = through
        self.needs: list[Need] = []

    def collect(self, value: Any, by: int) -> None:
        """Everything inside a plan that one role needs; views inside of it with their owners."""
        level = _Level()
        stack: list[Any] = [value]
        while stack:
            node = stack.pop()
            if isinstance(node, tuple):
                stack.extend(reversed(node))
            elif isinstance(node, msgspec.Struct) and not isinstance(node, NOT_PLANS):
                stack.extend(reversed(self._visit(node, level, by)))
        self._reads(level, by)

    def _visit(self, node: msgspec.Struct, level: _Level, by: int) -> list[Any]:
        """Note what a node needs; what is inside of it and has to be visited."""
        if isinstance(node, plan.ColumnRef):
            level.columns.add((node.entry, node.index))
        elif isinstance(node, plan.TableEntry):
            level.entries[node.number] = node.relation
        elif isinstance(node, plan.QueryEntry) and node.view is not None:
            level.entries[node.number] = node.view
            self.collect(node.query, acts_as(node.view, by))
            return []
        elif isinstance(node, plan.DataChange):
            return self._change(node, level, by)
        elif isinstance(node, plan.Join):
            return [node.left, node.right, node.condition]
        elif isinstance(node, plan.Call) and node.function.oid in restricted_functions():
            self.needs.append(Need(None, "X", by=by, function=node.function.oid))
        elif isinstance(node, plan.Select) and node.locking:
            wanted = {locking.entry for locking in node.locking}
            self._locks(node.source, wanted, by)
        return [getattr(node, name) for name in node.__struct_fields__]

    def _locks(self, source: tuple[plan.FromItem, ...], wanted: set[int], by: int) -> None:
        for item in source:
            if isinstance(item, plan.Join):
                self._locks((item.left, item.right), wanted, by)
            elif item.number in wanted and isinstance(item, plan.TableEntry):
                self.needs.append(Need(item.relation, UPDATE, frozenset(), by))
            elif item.number in wanted and isinstance(item, plan.QueryEntry) and item.view is not None:
                self.needs.append(Need(item.view, UPDATE, frozenset(), by))

    def _change(self, node: plan.DataChange, level: _Level, by: int) -> list[Any]:
        number = node.entry.number
        rows = (number, node.old, node.new if isinstance(node, plan.Merge) else 0)
        level.targets.update({row: (node.relation, number) for row in rows if row})
        if isinstance(node, plan.Insert):
            self._target(node, INSERT, self.given.get(number, frozenset()), by)
            conflict = node.on_conflict
            if conflict is not None and conflict.update:
                self._target(node, UPDATE, frozenset(column.number for column, _ in conflict.assignments), by)
        elif isinstance(node, plan.Update):
            self._target(node, UPDATE, frozenset(column.number for column, _ in node.assignments), by)
        elif isinstance(node, plan.Delete):
            self._target(node, DELETE, None, by)
        left_out = ("relation", "entry", "generated", "checks", "view_checks", "columns")
        return [getattr(node, name) for name in node.__struct_fields__ if name not in left_out]

    def _target(self, node: plan.DataChange, letter: str, columns: frozenset[int] | None, by: int) -> None:
        """What is needed to change a table; through views, also on each of them, and on the table by the last one's owner."""
        for view in self.through.get(node.entry.number, ()):
            self.needs.append(Need(view, letter, None, by))
            by = acts_as(view, by)
        self.needs.append(Need(node.relation, letter, columns, by))

    def _reads(self, level: _Level, by: int) -> None:
        for number, relation in level.entries.items():
            self.needs.append(Need(relation, SELECT, _numbers(relation, level.columns, {number}), by))
        for number in dict.fromkeys(own for _, own in level.targets.values()):
            relation = next(r for r, own in level.targets.values() if own == number)
            rows = {row for row, (_, own) in level.targets.items() if own == number}
            read = _numbers(relation, level.columns, rows)
            views = self.through.get(number, ())
            if read:
                reader = by
                for view in views:
                    self.needs.append(Need(view, SELECT, None, reader))
                    reader = acts_as(view, reader)
                self.needs.append(Need(relation, SELECT, read, reader))


def acts_as(view: Relation, by: int) -> int:
    """Whose privileges count below a view that is used by a role (0: the current user)."""
    option = view.options.get("security_invoker")
    return by if option is not None and parse_bool(option) else owner_of(view)


def _numbers(relation: Relation, columns: set[tuple[int, int]], rows: set[int]) -> frozenset[int]:
    """The attnums of a relation's columns that are read."""
    count = len(relation.columns)
    return frozenset(relation.columns[index].number for entry, index in columns if entry in rows and 0 <= index < count)


def check(session: "Session", analyzed: "Analyzed", by: int = 0) -> None:
    """Raise 42501 if the current user, or another role that acts, may not run a statement."""
    key = id(analyzed)
    allowed = session.identity.allowed
    if not by and allowed.get(key) is analyzed:
        return
    for need in analyzed.needs:
        check_need(session, need._replace(by=need.by or by))
    if not by:
        if len(allowed) > KEPT_MAX:
            allowed.clear()
        allowed[key] = analyzed


def check_need(session: "Session", need: Need) -> None:
    """Raise 42501 if a need is not met."""
    who = who_is(session, need.by or None)
    if who.is_superuser:
        return
    if need.relation is None:
        name, grantees = restricted_functions()[need.function]
        if not who.has_role(" ".join(grantees)):
            raise InsufficientPrivilege(f"permission denied for function {name}")
    elif need.relation.sqlite_schema == "catalog":
        _check_system(who, need.relation)
    else:
        _check_relation(session, who, need, need.relation)


def _check_system(who: Who, relation: Relation) -> None:
    grantees = restricted_relations().get(relation.oid)
    if grantees is not None and not who.has_role(f"pg_read_all_data {grantees}"):
        kind = "view" if relation.kind == "v" else "table"
        raise InsufficientPrivilege(f"permission denied for {kind} {relation.name}")


def _check_relation(session: "Session", who: Who, need: Need, relation: Relation) -> None:
    schema = session.context.catalog.schemas_by_name.get(relation.schema)
    if schema is not None and not need.by and not who.may(of_schema(schema), "U"):
        raise refused(of_schema(schema))
    if need.columns is None:
        granted = who.may(of_relation(relation), need.letter)
    else:
        columns = need.columns or frozenset(column.number for column in relation.columns)
        granted = who.may_columns(relation, columns, need.letter, every=bool(need.columns))
    if not granted:
        raise refused(of_relation(relation))
