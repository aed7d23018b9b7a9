"""Partition keys and bounds: PARTITION BY, FOR VALUES ..., overlaps, and the rows that a table has already."""

from collections.abc import Callable
from typing import Any

from executor.catalog import trees
from executor.catalog.model import Bound, Column, Constraint, Index, KeyPart, PartitionKey, Relation
from executor.ddl import rewrite
from executor.ddl.base import DdlContext, Step
from executor.ddl.opclasses import require_default
from executor.ddl.sqlite_table import BOOLEAN, qualified
from executor.errors import SqlError, not_supported
from executor.parse import Node
from executor.sqlstates import (
    CheckViolation,
    DatatypeMismatch,
    FeatureNotSupported,
    InvalidObjectDefinition,
    InvalidTableDefinition,
    UndefinedColumn,
)
from executor.types.base import Env, Stored
from executor.types.registry import codec

STRATEGIES = {"PARTITION_STRATEGY_LIST": "l", "PARTITION_STRATEGY_RANGE": "r"}
NAMES = {"l": "list", "r": "range", "h": "hash"}
KEY_COLUMNS_MAX = 32


# ---------------------------------------------------------------- PARTITION BY


def read_key(node: Node, relation: Relation, ctx: DdlContext) -> PartitionKey:
    """A PartitionSpec over a new table's columns (42703, 42P16, 42P17)."""
    strategy = STRATEGIES.get(node.take("strategy"))
    elements = node.nodes("partParams")
    node.finish()
    if strategy is None:
        raise not_supported("PARTITION BY HASH")
    if strategy == "l" and len(elements) > 1:
        raise InvalidObjectDefinition('cannot use "list" partition strategy with more than one column')
    return PartitionKey(strategy=strategy, parts=tuple(_part(element, relation, ctx) for element in elements))


def _part(node: Node, relation: Relation, ctx: DdlContext) -> KeyPart:
    name, expression = node.take("name", ""), node.take("expr")
    if node.take("collation") or node.take("opclass"):
        raise not_supported("COLLATE or an operator class in PARTITION BY")
    position = ctx.position(node)
    node.finish()
    if name:
        column = relation.by_name.get(name)
        if column is None:
            raise UndefinedColumn(f'column "{name}" named in partition key does not exist', position=position)
        if column.generated:
            raise InvalidTableDefinition("cannot use generated column in partition key", position=position,
                                         detail=f'Column "{name}" is a generated column.')
        require_default("btree", column.type, ctx)
        _refuse_type(ctx, column.type)
        return KeyPart(column=column.number, type=column.type, typmod=column.typmod)
    bound = ctx.binder.check_expression(expression, relation, "partition key expressions")
    if bound.volatility != "i":
        raise InvalidObjectDefinition("functions in partition key expression must be marked IMMUTABLE")
    if not bound.columns:
        raise InvalidObjectDefinition("cannot use constant expression as partition key")
    _refuse_type(ctx, bound.type)
    return KeyPart(expression=rewrite.unqualified(bound.sql_pg, relation.name), type=bound.type)


def _refuse_type(ctx: DdlContext, type_oid: int) -> None:
    if type_oid == 17 or (found := ctx.kind_of(type_oid)) is None or found.kind not in "bde":
        raise not_supported(f"a partition key of type {ctx.binder.type_name(type_oid, -1)}")


def refuse_partial_key(relation: Relation, constraint: Constraint | None, index: Index) -> None:
    """0A000, as in PostgreSQL, for a unique index of a partitioned table that lacks a part of the partition key."""
    key = relation.partition_key
    if key is None or not index.unique:
        return
    words = {"p": "PRIMARY KEY", "u": "UNIQUE"}[constraint.kind if constraint is not None else "u"]
    numbers = {column.column for column in index.columns}
    for part in key.parts:
        if not part.column:
            raise FeatureNotSupported(f"unsupported {words} constraint with partition key definition",
                                      detail=f"{words} constraints cannot be used when partition keys include expressions.")
        if part.column not in numbers:
            raise FeatureNotSupported(
                "unique constraint on partitioned table must include all partitioning columns",
                detail=f'{words} constraint on table "{relation.name}" lacks column "{relation.by_number[part.column].name}" '
                "which is part of the partition key.")


# ---------------------------------------------------------------- FOR VALUES


def read_bound(node: Node, name: str, parent: Relation, ctx: DdlContext) -> Bound:
    """A PartitionBoundSpec for a partition of this name (42P16, 42P17). Overlaps are `check_overlap`'s business."""
    key = parent.partition_key
    assert key is not None
    strategy, default = node.take("strategy", ""), node.take("is_default", False)
    values, lower, upper = node.nodes("listdatums"), node.nodes("lowerdatums"), node.nodes("upperdatums")
    node.take("modulus")
    node.take("remainder")
    position = ctx.position(node)
    node.finish()
    if default:
        return Bound(default=True)
    if strategy != key.strategy:
        raise InvalidTableDefinition(f"invalid bound specification for a {NAMES[key.strategy]} partition", position=position)
    if strategy == "l":
        found = [_value(value, parent, key.parts[0], ctx) for value in values]
        return Bound(values=tuple(dict.fromkeys(found)))
    sides = []
    for side, words in ((lower, "FROM"), (upper, "TO")):
        if len(side) != len(key.parts):
            raise InvalidTableDefinition(f"{words} must specify exactly one value per partitioning column")
        sides.append(_side(side, parent, key, ctx))
    bound = Bound(lower=sides[0], upper=sides[1])
    if _compare_sides(ctx, key, bound.lower, False, bound.upper, False) >= 0:
        low, high = (", ".join(trees.WORDS.get(kind) or trees.shown(text, part.type)
                               for (kind, text), part in zip(side, key.parts, strict=True)) for side in sides)
        raise InvalidObjectDefinition(
            f'empty range bound specified for partition "{name}"', position=position,
            detail=f"Specified lower bound ({low}) is greater than or equal to upper bound ({high}).")
    return bound


def _side(nodes: list[Node], parent: Relation, key: PartitionKey, ctx: DdlContext) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    infinite = ""
    for node, part in zip(nodes, key.parts, strict=True):
        kind = _infinity(node)
        if infinite and kind != infinite:
            word = trees.WORDS[infinite]
            raise DatatypeMismatch(f"every bound following {word} must also be {word}", position=ctx.position(node))
        if kind:
            infinite = kind
            found.append((kind, ""))
            continue
        text = _value(node, parent, part, ctx)
        if text is None:
            raise InvalidObjectDefinition("cannot specify NULL in range bound", position=ctx.position(node))
        found.append(("value", text))
    return tuple(found)


def _infinity(node: Node) -> str:
    """min or max for MINVALUE and MAXVALUE, which the grammar takes for columns."""
    if node.kind != "ColumnRef":
        return ""
    names = node.peek("fields")
    word = names[0].text if len(names) == 1 and names[0].kind == "String" else ""
    kind = {"minvalue": "min", "maxvalue": "max"}.get(word, "")
    if kind:
        node.take("fields")
        node.finish()
    return kind


def _value(node: Node, parent: Relation, part: KeyPart, ctx: DdlContext) -> str | None:
    """A constant as the text of the key's type; None for NULL."""
    name = parent.by_number[part.column].name if part.column else part.expression
    if node.kind == "ColumnRef":
        shown = ".".join(field.text for field in node.peek("fields"))
        raise FeatureNotSupported("cannot use column reference in partition bound expression", position=ctx.position(node)) \
            if shown else not_supported("a partition bound")
    column = Column(name=name, number=1, type=part.type)  # its length and the like apply below
    bound = ctx.binder.bind_default(node, column)
    known, value = _constant(bound.sqlite.strip())
    if not known or bound.needs:
        raise not_supported("a partition bound that is not a constant")
    if value is None:
        return None
    found = codec(ctx.number_of(part.type))
    text = found.text_encoder(-1, Env())(value).decode()
    stored = text if part.typmod < 0 else found.parse(text, part.typmod, Env())
    return text if part.typmod < 0 else found.text_encoder(part.typmod, Env())(stored).decode()


def _constant(text: str) -> tuple[bool, Stored]:
    """(True, value) of an SQLite literal."""
    while text.startswith("(") and text.endswith(")"):
        text = text[1:-1].strip()
    if text == "NULL":
        return True, None
    if text.startswith("'") and text.endswith("'"):
        inside = text[1:-1]
        return "'" not in inside.replace("''", ""), inside.replace("''", "'")
    for kind in (int, float):
        try:
            return True, kind(text)
        except ValueError:
            continue
    return False, None


# ---------------------------------------------------------------- overlaps


def comparison(ctx: DdlContext, part: KeyPart) -> Callable[[str, str], int]:
    """How two values of a bound compare."""
    found = codec(ctx.number_of(part.type))

    def stored(text: str) -> Any:
        return found.parse(text, part.typmod, Env())

    def compare(one: str, other: str) -> int:
        a, b = stored(one), stored(other)
        if isinstance(a, str) and isinstance(b, str) and found.compare is not None:
            return found.compare(a, b)
        return int(a > b) - int(a < b)

    return compare


Side = tuple[tuple[str, str], ...]
_ORDER = {"min": -1, "value": 0, "max": 1}


def _compare_sides(ctx: DdlContext, key: PartitionKey, one: Side, one_is_upper: bool, other: Side, other_is_upper: bool) -> int:
    """Bounds in order; an upper bound, which excludes its value, comes before an equal lower one."""
    for (kind, value), (other_kind, other_value), part in zip(one, other, key.parts, strict=True):
        if kind != other_kind:
            return _ORDER[kind] - _ORDER[other_kind]
        if kind == "value":
            found = comparison(ctx, part)(value, other_value)
            if found:
                return found
        else:
            break
    return int(other_is_upper) - int(one_is_upper)


def check_overlap(ctx: DdlContext, parent: Relation, name: str, bound: Bound, node: Node) -> None:
    """42P17 if another partition takes some of the rows. node: the bound as it was written, for the error's position."""
    values = [*node.peek("listdatums", []), *node.peek("lowerdatums", [])]
    key = parent.partition_key
    assert key is not None
    for other in ctx.catalog.children.get(parent.oid, ()):
        if other.bound is None:
            continue
        if bound.default and other.bound.default:
            raise InvalidObjectDefinition(f'partition "{name}" conflicts with existing default partition "{other.name}"',
                                          position=ctx.position(node))
        at = None if bound.default or other.bound.default else _overlap(ctx, key, bound, other.bound)
        if at is not None:
            raise InvalidObjectDefinition(f'partition "{name}" would overlap partition "{other.name}"',
                                          position=ctx.position(values[at]))


def _overlap(ctx: DdlContext, key: PartitionKey, one: Bound, other: Bound) -> int | None:
    """Which value of a bound is in another one too; of ranges the first."""
    if key.strategy == "l":
        compare = comparison(ctx, key.parts[0])
        for i, a in enumerate(one.values):
            for b in other.values:
                if (a is None and b is None) or (a is not None and b is not None and compare(a, b) == 0):
                    return i
        return None
    overlap = (_compare_sides(ctx, key, one.lower, False, other.upper, True) < 0
               and _compare_sides(ctx, key, other.lower, False, one.upper, True) < 0)
    return 0 if overlap else None


# ---------------------------------------------------------------- rows that are there


def default_check(ctx: DdlContext, parent: Relation, bound: Bound) -> list[Step]:
    """23514 if the default partition has rows that a new one is to take."""
    default = next((c for c in ctx.catalog.children.get(parent.oid, ()) if c.bound is not None and c.bound.default), None)
    if default is None or bound.default:
        return []
    text = f"NOT {trees.bound_condition(ctx.catalog, parent, bound)}"

    def failure(name: str) -> Callable[[tuple[Any, ...]], SqlError]:
        return lambda row: CheckViolation(
            f'updated partition constraint for default partition "{name}" would be violated by some row',
            schema=default.schema, table=name)

    return [_rows_outside(ctx, table, text, failure(table.name)) for table in trees.with_rows(ctx.catalog, default)]


def rows_check(ctx: DdlContext, table: Relation, condition: str, name: str) -> list[Step]:
    """23514 if a table that becomes a partition has rows that do not belong into it."""
    def failure(row: tuple[Any, ...]) -> SqlError:
        return CheckViolation(f'partition constraint of relation "{name}" is violated by some row',
                              schema=table.schema, table=name)

    return [_rows_outside(ctx, leaf, condition, failure) for leaf in trees.with_rows(ctx.catalog, table)]


def _rows_outside(ctx: DdlContext, table: Relation, condition: str, failure: Callable[[tuple[Any, ...]], SqlError]) -> Step:
    bound = ctx.binder.check_expression(condition, table, "CHECK", (BOOLEAN, -1))
    return Step(f"SELECT 1 FROM {qualified(table)} WHERE NOT ({bound.sqlite}) LIMIT 1", needs=bound.needs, failure=failure)
