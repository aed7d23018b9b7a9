"""MERGE."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from executor import plan
from executor.bind import data_change, expressions
from executor.bind.assignments import bind_assignments
from executor.bind.from_clause import bind_item
from executor.bind.query import bind_targets
from executor.bind.returning import returning_names
from executor.bind.scope import Item, Scope
from executor.bind.statement import Statement
from executor.bind.target import ChangeTarget, change_target, derived
from executor.bind.views import replace_entry
from executor.bind.with_clause import bind_with
from executor.parse import Node
from executor.plan import Delete, Expr, Insert, Merge, MergeWhen, TableEntry, Target, Update
from executor.sqlstates import DuplicateAlias, SyntaxError
from executor.types import oids as T

MATCHED = {"MERGE_WHEN_MATCHED": "both", "MERGE_WHEN_NOT_MATCHED_BY_SOURCE": "target",
           "MERGE_WHEN_NOT_MATCHED_BY_TARGET": "source"}


@dataclass
class _Binding:
    """A MERGE while its clauses are bound."""

    s: Statement
    scope: Scope
    target: ChangeTarget
    sources: list[Item]

    def seen(self, matched: str) -> Scope:
        """The scope of a WHEN clause: what there is no row of cannot be referenced."""
        hidden = replace(self.target.item, qualified=False, unqualified=False)
        target = hidden if matched == "source" else self.target.item
        sources = [replace(item, qualified=False, unqualified=False) for item in self.sources] if matched == "target" \
            else self.sources
        return Scope(parent=self.scope.parent, items=[target, *sources], ctes=self.scope.ctes)

    def change(self, node: Node, matched: str) -> Insert | Update | Delete | None:
        """What a clause does."""
        return ACTIONS[node.take("commandType")](self, node, matched)

    def update(self, node: Node, matched: str) -> Update:
        """UPDATE SET ..."""
        scope = self.seen(matched)
        assignments = bind_assignments(self.s, scope, self.target, node.nodes("targetList"), "UPDATE", "MERGE")
        generated, checks = derived(self.s, self.target.relation, self.target.entry)
        return Update(relation=self.target.relation, entry=self.target.entry, assignments=assignments, generated=generated,
                      checks=checks, view_checks=self.target.view_checks, leaves=self.target.leaves,
                      branches=self.target.branches, moves=self.target.moves(assignments), firing=self.target.firing)

    def insert(self, node: Node, matched: str) -> Insert:
        """INSERT (columns) VALUES (...) or DEFAULT VALUES."""
        scope = self.seen(matched)
        scope.aggregates_refused = "aggregate functions are not allowed in VALUES"
        scope.windows_refused = "window functions are not allowed in VALUES"
        columns, query = data_change.merged_row(self.s, scope, self.target, node)
        generated, checks = derived(self.s, self.target.relation, self.target.entry)
        return Insert(relation=self.target.relation, entry=self.target.entry, columns=tuple(columns), source=query,
                      generated=generated, checks=checks, view_checks=self.target.view_checks,
                      leaves=self.target.leaves if self.target.relation.partition_key is not None else (),
                      branches=self.target.branches, firing=self.target.firing)

    def delete(self, node: Node, matched: str) -> Delete:
        """DELETE."""
        return Delete(relation=self.target.relation, entry=self.target.entry, leaves=self.target.leaves,
                      firing=self.target.firing)


ACTIONS: dict[str, Callable[[_Binding, Node, str], Insert | Update | Delete | None]] = {
    "CMD_UPDATE": _Binding.update, "CMD_INSERT": _Binding.insert, "CMD_DELETE": _Binding.delete,
    "CMD_NOTHING": lambda binding, node, matched: None,
}
VERBS = {"CMD_UPDATE": "UPDATE", "CMD_INSERT": "INSERT", "CMD_DELETE": "DELETE"}


def bind_merge(s: Statement, scope: Scope, node: Node) -> Merge:
    """A MergeStmt."""
    ctes = bind_with(s, scope, node.take("withClause"))
    clauses = node.nodes("mergeWhenClauses")
    _check_reachable(clauses)
    verbs = [VERBS[c.peek("commandType")] for c in clauses if c.peek("commandType") in VERBS]
    target = change_target(s, node.take("relation"), "MERGE", tuple(dict.fromkeys(verbs)))
    source_node = node.take("sourceRelation")
    source, sources = bind_item(s, scope, source_node)
    for item in sources:
        if item.qualified and item.alias == target.item.alias:
            raise DuplicateAlias(f'name "{item.alias}" specified more than once',
                                 detail="The name is used both as MERGE target table and data source.")
    binding = _Binding(s, scope, target, sources)
    on = binding.seen("both")
    on.aggregates_refused = "aggregate functions are not allowed in JOIN conditions"
    on.windows_refused = "window functions are not allowed in JOIN conditions"
    condition = expressions.condition(s, on, node.take("joinCondition"), "JOIN/ON")
    whens = tuple(_when(binding, clause) for clause in clauses)
    returning, old, new = _returning(binding, node.take("returningClause"))
    change = Merge(relation=target.relation, entry=target.entry, source=(source,), condition=condition, where=target.where,
                   whens=whens, returning=returning, old=old, new=new, leaves=target.leaves, firing=target.firing)
    return data_change.with_ctes(change, ctes)


def _check_reachable(clauses: list[Node]) -> None:
    """42601 for a clause after one of its kind without condition."""
    final: set[str] = set()
    for clause in clauses:
        kind = clause.peek("matchKind", "MERGE_WHEN_MATCHED")
        if kind in final:
            raise SyntaxError("unreachable WHEN clause specified after unconditional WHEN clause")
        if clause.peek("condition") is None:
            final.add(kind)


def _when(binding: _Binding, node: Node) -> MergeWhen:
    matched = MATCHED[node.take("matchKind", "MERGE_WHEN_MATCHED")]
    condition_node = node.take("condition")
    condition: Expr | None = None
    if condition_node is not None:
        scope = binding.seen(matched)
        scope.aggregates_refused = "aggregate functions are not allowed in MERGE WHEN conditions"
        scope.windows_refused = "window functions are not allowed in MERGE WHEN conditions"
        condition = expressions.condition(binding.s, scope, condition_node, "WHEN")
    change = binding.change(node, matched)
    node.take("override")
    node.finish()
    return MergeWhen(matched=matched, condition=condition, change=change)


def _returning(binding: _Binding, node: Node | None) -> tuple[tuple[Target, ...], int, int]:
    """RETURNING: sources, the target as it became (as it was, of a DELETE), OLD and NEW, which may be missing."""
    if node is None:
        return (), 0, 0
    s, target = binding.s, binding.target
    items = [*binding.sources, target.item]
    names = returning_names(s, node, items)
    numbers = {kind: s.new_entry() for kind in ("old", "new")}
    entry = target.entry
    inner = Scope(parent=binding.scope.parent, items=list(items), ctes=binding.scope.ctes)
    for kind, name in names.items():
        row = TableEntry(number=numbers[kind], alias=name, columns=entry.columns, relation=entry.relation)
        columns = tuple((n, _if_present(e, row)) for n, e in replace_entry(target.item.columns, entry.number, row.number))
        inner.items.append(Item(name, columns, row, unqualified=False,
                                hidden_columns=replace_entry(target.item.hidden_columns, entry.number, row.number)))
    inner.aggregates_refused = "aggregate functions are not allowed in RETURNING"
    inner.windows_refused = "window functions are not allowed in RETURNING"
    inner.merge_action = True
    targets = tuple(bind_targets(s, inner, node.nodes("exprs")))
    node.finish()
    return targets, numbers["old"], numbers["new"]


def _if_present(expr: Expr, row: TableEntry) -> Expr:
    """An expression of a view over OLD or NEW, which is NULL where there is no such row, as their columns are."""
    if isinstance(expr, plan.ColumnRef):
        return expr
    address = plan.RowNumber(type=T.INT8, entry=row.number, index=-1, name="rowid")
    there = plan.IsTest(type=T.BOOL, test="null", negated=True, argument=address)
    return plan.Case(type=expr.type, typmod=expr.typmod, whens=((there, expr),), otherwise=None)


def bind_merge_action(s: Statement, scope: Scope, node: Node) -> Expr:
    """MERGE_ACTION() (42601 anywhere but in RETURNING)."""
    node.take("msftype")
    if not any(level.merge_action for level in scope.levels()):
        raise SyntaxError("MERGE_ACTION() can only be used in the RETURNING list of a MERGE command",
                          position=s.position(node) or None)
    return plan.MergeAction(type=T.TEXT, position=s.position(node))
