"""The names of range entries and of their columns, at each query level."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from executor import plan
from executor.catalog.naming import NAME_BYTES_MAX
from executor.catalog.quoting import quote_identifier
from executor.deparse.printer import Level, Name, Printer
from executor.errors import not_supported
from executor.plan import Expr


def range_entries(items: tuple[plan.FromItem, ...]) -> Iterator[plan.RangeEntry | plan.Join]:
    """The range entries of a FROM list in PostgreSQL's order: a join after its parts."""
    for item in items:
        if isinstance(item, plan.Join):
            yield from range_entries((item.left, item.right))
        yield item


@contextmanager
def level(p: Printer, query: plan.Query) -> Iterator[Level]:
    """A query's own level, with names that no enclosing level uses."""
    source = query.source if isinstance(query, plan.Select) else ()
    entries = list(range_entries(source))
    found = Level(qualify=bool(p.levels) or len(entries) != 1, ctes=frozenset(c.name for c in query.ctes),
                  windows=query.windows if isinstance(query, plan.Select) else ())
    taken = set().union(*(outer.names for outer in p.levels))
    counters: Counter[str] = Counter()
    joins = []
    for entry in entries:
        if isinstance(entry, plan.Join):
            if entry.alias:
                joins.append((entry, _unique(entry.alias, taken, counters)))
            continue
        refname = _unique(entry.alias or "unnamed_subquery", taken, counters)
        p.entries[entry.number] = Name(refname, _columns(entry), _relation(entry))
    found.names = frozenset(taken)
    found.joins = tuple(reversed(joins))
    for cte in query.ctes:
        p.cte_names[cte.number] = cte.name
    indent = p.indent
    p.levels.append(found)
    yield found
    p.levels.pop()
    p.indent = indent


def _relation(entry: plan.RangeEntry) -> plan.Relation | None:
    if isinstance(entry, plan.TableEntry):
        return entry.relation
    return entry.view if isinstance(entry, plan.QueryEntry) else None


def _columns(entry: plan.RangeEntry) -> tuple[str, ...]:
    """The entry's column names, made different from each other."""
    taken: set[str] = set()
    counters: Counter[str] = Counter()
    return tuple(_unique(name, taken, counters) for name, _, _ in entry.columns)


def _unique(name: str, taken: set[str], counters: Counter[str]) -> str:
    """A name not in `taken`, with a number added if need be; it is taken from now on."""
    found = name
    while found in taken:
        counters[name] += 1
        suffix = f"_{counters[name]}"
        found = name.encode()[: NAME_BYTES_MAX - len(suffix)].decode("utf-8", "ignore") + suffix
    taken.add(found)
    return found


def _aliased(p: Printer, node: Expr) -> tuple[str, str] | None:
    """(join's name, column) if the expression is seen through a join with an alias."""
    if not any(outer.joins for outer in p.levels):
        return None
    wanted = plan.key(node)
    for outer in p.levels:
        for join, refname in outer.joins:
            if any(join is one for one in p.inside):
                continue
            for name, expr in join.columns:
                if plan.key(expr) == wanted:
                    return refname, name
    return None


def column_name(p: Printer, entry: int, name: str, node: Expr) -> str:
    """A column's name, qualified where the query has several range entries."""
    through = _aliased(p, node)
    if through is not None:
        return ".".join(map(quote_identifier, through))
    if not p.levels or not p.levels[-1].qualify:
        return quote_identifier(name)
    refname = p.entries[entry].refname
    if refname is None:
        raise not_supported("printing a column of a nameless range entry")
    return f"{quote_identifier(refname)}.{quote_identifier(name)}"


def clause_column(p: Printer, node: plan.ColumnRef, *, ordering: bool) -> str:
    """A column in ORDER BY: qualified also where an output column of another meaning has its name."""
    name = p.entries[node.entry].columns[node.index] if node.index >= 0 else node.name
    if ordering and p.levels and not p.levels[-1].qualify:
        wanted = plan.key(node)
        if any(n == name and plan.key(e) != wanted for n, e in p.levels[-1].outputs):
            return f"{quote_identifier(p.entries[node.entry].refname or '')}.{quote_identifier(name)}"
    return column_name(p, node.entry, name, node)


def merged_name(p: Printer, node: plan.Coalesce) -> str:
    """A column that a FULL JOIN merged: its bare name, or the join's column."""
    through = _aliased(p, node)
    return ".".join(map(quote_identifier, through)) if through else quote_identifier(node.merged)


def row_name(p: Printer, node: plan.WholeRow) -> str:
    """t.* for a whole row."""
    if not node.entry:
        for outer in p.levels:
            for join, refname in outer.joins:
                if tuple(n for n, _ in join.columns) == node.names:
                    return f"{quote_identifier(refname)}.*"
        raise not_supported("printing the row of a join")
    return f"{quote_identifier(p.entries[node.entry].refname or '')}.*"
