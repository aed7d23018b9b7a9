"""TABLESAMPLE: BERNOULLI and SYSTEM."""

from msgspec.structs import replace

from executor.bind.coerce import try_coerce
from executor.bind.expressions import bind
from executor.bind.scope import Item, Scope
from executor.bind.statement import Statement, type_name
from executor.parse import Node
from executor.plan import Expr, FromItem, TableEntry
from executor.sqlstates import (
    DatatypeMismatch,
    FeatureNotSupported,
    InvalidTablesampleArgument,
    UndefinedObject,
)
from executor.types import oids as T

METHODS = ("bernoulli", "system")


def bind_sample(s: Statement, scope: Scope, node: Node) -> tuple[FromItem, list[Item]]:
    """A RangeTableSample (0A000 for what is no table, 42704 for an unknown method)."""
    from executor.bind.from_clause import bind_item

    position = s.position(node) or None
    item, names = bind_item(s, scope, node.take("relation"))
    if not isinstance(item, TableEntry) or item.relation.kind not in "rm":
        raise FeatureNotSupported("TABLESAMPLE clause can only be applied to tables and materialized views", position=position)
    method = node.texts("method")[-1]
    if method not in METHODS:
        raise UndefinedObject(f"tablesample method {method} does not exist", position=position)
    arguments = node.nodes("args")
    if len(arguments) != 1:
        raise InvalidTablesampleArgument(f"tablesample method {method} requires 1 argument, not {len(arguments)}",
                                         position=position)
    # Neither may use columns of this level.
    inner = Scope(parent=Scope(parent=scope.parent, ctes=scope.ctes))
    percent = _argument(s, inner, arguments[0], T.FLOAT4)
    seed_node = node.take("repeatable")
    seed = _argument(s, inner, seed_node, T.FLOAT8) if seed_node is not None else None
    sampled = replace(item, sample=(method, (percent,), seed))
    for name in names:
        if name.entry is item:
            name.entry = sampled
    return sampled, names


def _argument(s: Statement, scope: Scope, node: Node, wanted: int) -> Expr:
    given = bind(s, scope, node)
    found = try_coerce(s, given, wanted, context="a")
    if found is None:
        raise DatatypeMismatch(f"argument of TABLESAMPLE must be type {type_name(wanted)}, not type {type_name(given.type)}",
                               position=given.position or None)
    return found
