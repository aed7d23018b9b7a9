"""The names of range entries and of their columns, at each query level."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from executor import plan, walk
from executor.catalog.model import Relation
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


def _relation(entry: plan.RangeEntry) -> Relation | None:
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
    wanted = walk.key(node)
    for outer in p.levels:
        for join, refname in outer.joins:
            if any(join is one for one in p.inside):
                continue
            for name, expr in join.columns:
                if walk.key(expr) == wanted:
                    return refname, name
    return None


def column_name(p: Printer, node: Expr, *, ordering: bool = False) -> tuple[str | None, str] | None:
    """(name of its range entry or None, name) of what is printed as a column; None for other expressions.

    Range entries are named where the query has several. ordering: in ORDER BY, also where an output column of another
    meaning has the column's name.
    """
    entry, name = _place(p, node)
    if not name:
        return None
    through = _aliased(p, node)
    if through is not None:
        return through
    if not entry or not p.levels:
        return None, name
    level = p.levels[-1]
    hidden = ordering and any(n == name and walk.key(e) != walk.key(node) for n, e in level.outputs)
    return (p.entries[entry].refname if level.qualify or hidden else None), name


def _place(p: Printer, node: Expr) -> tuple[int, str]:
    """(range entry, name) of a column; entry 0 for one that JOIN ... USING merged; name "" for no column at all."""
    if isinstance(node, plan.ColumnRef):
        return node.entry, (p.entries[node.entry].columns[node.index] if node.index >= 0 else node.name)
    if isinstance(node, plan.Relabel) and node.merged:
        return 0, node.merged
    if isinstance(node, plan.Const) and node.system_column is not None:
        return node.system_column
    return 0, ""


def written(name: tuple[str | None, str]) -> str:
    """`column_name` as SQL."""
    prefix, column = name
    return f"{quote_identifier(prefix)}.{quote_identifier(column)}" if prefix else quote_identifier(column)


def row_name(p: Printer, node: plan.WholeRow) -> str:
    """t.* for a whole row."""
    if not node.entry:
        for outer in p.levels:
            for join, refname in outer.joins:
                if tuple(n for n, _ in join.columns) == node.names:
                    return f"{quote_identifier(refname)}.*"
        raise not_supported("printing the row of a join")
    return f"{quote_identifier(p.entries[node.entry].refname or '')}.*"
