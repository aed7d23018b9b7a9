"""Tables with children: who descends from whom, and which rows a partition takes.

INHERITS and partitions are one thing here: a table's descendants are those that name it, or a descendant of it, as their
parent. A partitioned table has no rows of its own. Which rows a partition takes is a condition in PostgreSQL's SQL over the
columns' names, which are the same in the whole tree.
"""

from collections.abc import Iterator

from executor.catalog.model import Bound, Catalog, KeyPart, PartitionKey, Relation
from executor.catalog.quoting import quote_identifier
from executor.catalog.typenames import format_type


def descendants(catalog: Catalog, relation: Relation) -> list[Relation]:
    """The table and all that inherit from it, each once: PostgreSQL's order, level by level."""
    found = [relation]
    seen = {relation.oid}
    for table in found:
        for child in catalog.children.get(table.oid, ()):
            if child.oid not in seen:
                seen.add(child.oid)
                found.append(child)
    return found


def with_rows(catalog: Catalog, relation: Relation) -> list[Relation]:
    """The tables of the tree that have rows."""
    return [r for r in descendants(catalog, relation) if r.partition_key is None]


def is_tree(catalog: Catalog, relation: Relation) -> bool:
    """True if the table's rows are not only its own."""
    return relation.partition_key is not None or relation.oid in catalog.children


def ancestors(catalog: Catalog, relation: Relation) -> list[Relation]:
    """The partitioned tables above a partition, the nearest first."""
    found = []
    while relation.bound is not None:
        relation = catalog.relations_by_oid[relation.parents[0]]
        found.append(relation)
    return found


# ---------------------------------------------------------------- conditions


def _terms(catalog: Catalog, partition: Relation) -> list[str]:
    """Which rows of its parent's a partition takes: conditions of which all must be true, and none is NULL."""
    parent = catalog.relations_by_oid[partition.parents[0]]
    assert partition.bound is not None
    assert parent.partition_key is not None
    if not partition.bound.default:
        return _bound_terms(catalog, parent, partition.bound)
    return [default_condition(catalog, parent, partition.oid)]


def default_condition(catalog: Catalog, parent: Relation, own: int = 0) -> str:
    """What no partition of a table but the default one (whose OID is `own`) takes."""
    key = parent.partition_key
    assert key is not None
    others = [child.bound for child in catalog.children.get(parent.oid, ())
              if child.bound is not None and child.oid != own and not child.bound.default]
    if not others:
        return "true"
    if key.strategy == "l":
        every = Bound(values=tuple(value for bound in others for value in bound.values))
        return f"(NOT ({' AND '.join(_bound_terms(catalog, parent, every))}))"
    known = [f"({part_text(parent, part)} IS NOT NULL)" for part in key.parts]
    ranges = [f"({' AND '.join(_range_terms(catalog, parent, bound) or ['true'])})" for bound in others]
    inside = ranges[0] if len(ranges) == 1 else f"({' OR '.join(ranges)})"
    return f"(NOT ({' AND '.join([*known, inside])}))"


def whole_condition(catalog: Catalog, partition: Relation, root: int = 0) -> str:
    """Which rows of the table `root` (0: the topmost) a partition takes, at whatever depth it is."""
    found: list[str] = []
    while partition.bound is not None and partition.oid != root:
        found[:0] = _terms(catalog, partition)
        partition = catalog.relations_by_oid[partition.parents[0]]
    return " AND ".join(found) if found else "true"


def bound_condition(catalog: Catalog, parent: Relation, bound: Bound) -> str:
    """The condition of one bound that is not DEFAULT."""
    return f"({' AND '.join(_bound_terms(catalog, parent, bound))})"


def _bound_terms(catalog: Catalog, parent: Relation, bound: Bound) -> list[str]:
    key = parent.partition_key
    assert key is not None
    parts = [part_text(parent, part) for part in key.parts]
    if key.strategy == "l":
        return _list_terms(catalog, parts[0], key.parts[0], bound)
    return [*(f"({part} IS NOT NULL)" for part in parts), *_range_terms(catalog, parent, bound)]


def _range_terms(catalog: Catalog, parent: Relation, bound: Bound) -> list[str]:
    key = parent.partition_key
    assert key is not None
    parts = [part_text(parent, part) for part in key.parts]
    tests = []
    for side, last, beyond, values in ((">", ">=", "max", bound.lower), ("<", "<", "min", bound.upper)):
        text = _side(catalog, key, parts, values, (side, last, beyond))
        if text != "true":
            tests.append(text)
    return tests


def _list_terms(catalog: Catalog, text: str, part: KeyPart, bound: Bound) -> list[str]:
    known = [_literal(catalog, part, value) for value in bound.values if value is not None]
    found = f"({text} = {known[0]})" if len(known) == 1 else f"({text} IN ({', '.join(known)}))"
    if None not in bound.values:
        return [f"({text} IS NOT NULL)", found]
    # What is NULL makes the second part NULL, which is true OR NULL; what is not makes it true or false.
    return [f"(({text} IS NULL) OR {found})" if known else f"({text} IS NULL)"]


def _side(catalog: Catalog, key: PartitionKey, parts: list[str], values: tuple[tuple[str, str], ...],
          words: tuple[str, str, str]) -> str:
    """(a, b) >= (1, 2) or (a, b) < (1, 2). words: the operators before the last column and of it, and which infinity
    nothing is beyond."""
    strict, last, beyond = words
    (kind, value), *rest = values
    if kind != "value":
        return "false" if kind == beyond else "true"
    literal = _literal(catalog, key.parts[len(key.parts) - len(values)], value)
    text = parts[len(parts) - len(values)]
    if not rest:
        return f"({text} {last} {literal})"
    more = _side(catalog, key, parts, tuple(rest), words)
    if more == "false":
        return f"({text} {strict} {literal})"
    if more == "true":
        return f"({text} {strict}= {literal})"
    return f"(({text} {strict} {literal}) OR (({text} = {literal}) AND {more}))"


def _literal(catalog: Catalog, part: KeyPart, text: str) -> str:
    escaped = text.replace("'", "''")
    return f"'{escaped}'::{format_type(part.type, None, catalog, ())}"


def part_text(relation: Relation, part: KeyPart) -> str:
    """One part of a partition key as SQL."""
    return quote_identifier(relation.by_number[part.column].name) if part.column else f"({part.expression})"


# ---------------------------------------------------------------- how they are shown

STRATEGIES = {"l": "LIST", "r": "RANGE"}


def key_definition(relation: Relation) -> str:
    """pg_get_partkeydef."""
    key = relation.partition_key
    assert key is not None
    return f"{STRATEGIES[key.strategy]} ({', '.join(key_columns(relation))})"


def key_columns(relation: Relation) -> Iterator[str]:
    """The parts of a partition key as pg_get_partkeydef prints them: an expression in parentheses unless it is a call."""
    from executor.parse import parse_expression

    assert relation.partition_key is not None
    for part in relation.partition_key.parts:
        call = part.expression and parse_expression(part.expression).kind == "FuncCall"
        yield part.expression if call else part_text(relation, part)


def bound_definition(bound: Bound, key: PartitionKey) -> str:
    """FOR VALUES ..., as pg_get_expr prints pg_class.relpartbound."""
    if bound.default:
        return "DEFAULT"
    if key.strategy == "l":
        return f"FOR VALUES IN ({', '.join(shown(value, key.parts[0].type) for value in bound.values)})"
    sides = [", ".join(WORDS.get(kind) or shown(value, part.type) for (kind, value), part in zip(side, key.parts, strict=True))
             for side in (bound.lower, bound.upper)]
    return f"FOR VALUES FROM ({sides[0]}) TO ({sides[1]})"


WORDS = {"min": "MINVALUE", "max": "MAXVALUE"}


def shown(value: str | None, type_: int) -> str:
    """A bound's value as PostgreSQL prints constants without a type: only int4, numeric and bool go without quotes."""
    if value is None:
        return "NULL"
    if type_ == 16:
        return {"t": "true", "f": "false"}[value]
    if type_ == 23 and not value.startswith("-"):
        return value
    if type_ == 1700 and value[:1].isdigit():
        return value
    escaped = value.replace("'", "''")
    return f"'{escaped}'"
