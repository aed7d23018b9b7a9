"""GROUPING SETS, ROLLUP and CUBE: one query per grouping set over one materialized input, joined by UNION ALL.

    input:    what the grouping expressions, and the aggregates' arguments are made of, for each row that WHERE lets through
    branches: per grouping set, its expressions (NULL for the others) and all aggregates
    above:    the query itself over the branches' outputs, HAVING as its WHERE
"""

from itertools import pairwise

from executor import plan, walk
from executor.errors import not_supported
from executor.facts import lookup
from executor.lower.generator import Generator
from executor.lower.outputs import Outputs, targets_of
from executor.lower.rewriting import new_entry, range_entries, replace, rewrite
from executor.plan import AggregateCall, ColumnRef, Cte, CteEntry, Expr, Grouping, Query, QueryEntry, Select, SortKey
from executor.types import oids as T


def grouping_sets(q: Query, g: Generator) -> Query:
    """The pass: a query without grouping sets that gives the same rows."""
    if not isinstance(q, Select) or q.grouping_sets is None:
        return q
    own = range_entries(q.source)
    if any(isinstance(e, plan.OuterAggregate) and e.entry in own for e in walk.descend((q.targets, q.having, q.order))):
        raise not_supported("grouping sets with an aggregate of theirs in a subquery")
    direct = (a for e in walk.descend((q.targets, q.having, q.order)) if isinstance(e, AggregateCall) for a in e.direct_arguments)
    if any(isinstance(e, ColumnRef) for a in direct for e in walk.own(a)):
        raise not_supported("grouping sets with an aggregate whose direct arguments are columns")
    return _Levels(q, q.grouping_sets, g).query()


class _Levels:
    def __init__(self, q: Select, sets: tuple[tuple[int, ...], ...], g: Generator) -> None:
        self.q = q
        self.sets = sets
        self.g = g
        self.below = Outputs(new_entry(g))  # numbers of entries are its branches' own; see _branch
        self.above = Outputs(new_entry(g))
        self.own = range_entries(q.source)
        self.groups = {walk.key(e): i for i, e in enumerate(q.group)}

    def query(self) -> Select:
        """The query above, made first because it says which aggregates there are."""
        q = self.q
        for expr in q.group:
            self.below.reference(expr)
            self.above.reference(expr)
        changed = [rewrite(part, self._over_branches, self._over_branches_inside)
                   for part in (q.targets, q.order, q.having, q.distinct_on)]
        changed[1] = changed[1] or self._order()
        branches = self._union([self._branch(chosen) for chosen in self.sets])
        source = Select(targets=self.below.targets or targets_of([ONE]), source=q.source, where=q.where)
        cte = Cte(number=self.below.number, name="", query=source, columns=self.below.columns or (("c0", T.INT4, -1),),
                  materialized="always", references=2)
        entry = QueryEntry(number=self.above.number, alias="", query=branches,
                           columns=tuple((t.name, t.expr.type, t.expr.typmod) for t in branches.targets))
        return replace(q, targets=changed[0], order=changed[1], where=changed[2], distinct_on=changed[3], having=None,
                       group=(), grouping_sets=None, aggregated=False, source=(entry,), ctes=(*q.ctes, cte))

    def _order(self) -> tuple[SortKey, ...]:
        """The order of a rollup that asks for none: every subtotal after its rows, as sorting makes it in PostgreSQL."""
        sets = sorted(self.sets, key=len)
        chain = all(set(a) <= set(b) for a, b in pairwise(sets))
        windows = any(isinstance(e, AggregateCall) and e.window for t in self.q.targets for e in walk.descend(t.expr))
        if not chain or windows or self.q.distinct_on is not None:
            return ()
        keys = []
        for at in dict.fromkeys(at for chosen in sets for at in chosen):
            left_out = Grouping(type=T.INT4, arguments=(self.q.group[at],))
            keys += [SortKey(expr=self.above.reference(left_out)), SortKey(expr=self.above.at(at))]
        return tuple(keys)

    def _over_branches(self, expr: Expr) -> Expr | None:
        if isinstance(expr, Grouping) or (isinstance(expr, AggregateCall) and expr.window is None):
            return self.above.reference(expr)
        at = self.groups.get(walk.key(expr))
        return self.above.at(at) if at is not None else self._over_branches_inside(expr)

    def _over_branches_inside(self, expr: Expr) -> Expr | None:
        """In a subquery: columns of this level only; its aggregates are its own."""
        if isinstance(expr, Grouping) and all(walk.key(a) in self.groups for a in expr.arguments):
            return self.above.reference(expr)
        if not isinstance(expr, ColumnRef) or expr.entry not in self.own:
            return None
        at = self.groups.get(walk.key(expr))
        return self.above.at(at) if at is not None else self.above.reference(expr)  # it depends on grouped columns

    def _branch(self, chosen: tuple[int, ...]) -> Select:
        """One grouping set over the input."""
        number = new_entry(self.g)

        def over_input(expr: Expr) -> Expr | None:
            if not isinstance(expr, ColumnRef) or expr.entry not in self.own:
                return None
            return replace(self.below.reference(expr), entry=number)

        exprs: list[Expr] = []
        for i, expr in enumerate(self.above.exprs):
            if i < len(self.q.group):
                grouped = i in chosen
                exprs.append(replace(self.below.at(i), entry=number) if grouped
                             else plan.Const(type=expr.type, typmod=expr.typmod, value=None))
            elif isinstance(expr, Grouping):
                exprs.append(plan.Const(type=T.INT4, value=self._bits(expr, chosen)))
            else:
                exprs.append(rewrite(expr, over_input, over_input))
        exprs.append(_count())  # so that the empty grouping set has one row, whatever else is asked for
        group = tuple(replace(self.below.at(i), entry=number) for i in chosen)
        entry = CteEntry(number=number, alias="", cte=self.below.number, columns=())
        return Select(targets=targets_of(exprs), source=(entry,), group=group, aggregated=True)

    def _bits(self, expr: Grouping, chosen: tuple[int, ...]) -> int:
        found = 0
        for argument in expr.arguments:
            found = found << 1 | (self.groups[walk.key(argument)] not in chosen)
        return found

    def _union(self, branches: list[Select]) -> Query:
        found: Query = branches[0]
        for branch in branches[1:]:
            number = new_entry(self.g)
            targets = tuple(replace(t, expr=ColumnRef(type=t.expr.type, typmod=t.expr.typmod, entry=number, index=i, name=t.name))
                            for i, t in enumerate(branch.targets))
            found = plan.SetOperation(number=number, operator="UNION", every=True, left=found, right=branch, targets=targets)
        return found


ONE = plan.Const(type=T.INT4, value=1)


def _count() -> Expr:
    (fact,) = [f for f in lookup.functions_by_name()["count"] if not f.arguments]
    return AggregateCall(type=T.INT8, function=fact, arguments=(), star=True)
