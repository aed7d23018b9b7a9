"""The plan nodes of SQL/JSON."""

from executor.plan import CheckDomain, Expr, RangeEntry
from executor.types.jsonspec import PathSpec, TableSpec


class PathCall(Expr, frozen=True, kw_only=True):
    """JSON_EXISTS, JSON_VALUE or JSON_QUERY over a jsonb and a jsonpath. on_empty, on_error: the values these give."""

    spec: PathSpec
    document: Expr
    path: Expr
    passing: tuple[Expr, ...] = ()
    on_empty: Expr | None = None
    on_error: Expr | None = None
    domain: CheckDomain | None = None  # of RETURNING, over nothing


class JsonBuild(Expr, frozen=True, kw_only=True):
    """JSON_ARRAY, or JSON_OBJECT with keys and values in turn; its type is json or jsonb."""

    array: bool
    arguments: tuple[Expr, ...]
    absent_on_null: bool = False
    unique: bool = False


class JsonTest(Expr, frozen=True, kw_only=True):
    """kind is: IS JSON [item] of text, json or jsonb; parse: JSON(text WITH UNIQUE KEYS)."""

    kind: str
    argument: Expr
    item: str = ""  # "", object, array, scalar
    unique: bool = False


class JsonTableEntry(RangeEntry, frozen=True, kw_only=True):
    """JSON_TABLE over a jsonb. values: what the columns' ON EMPTY and ON ERROR clauses give, numbered by the spec."""

    spec: TableSpec
    document: Expr
    passing: tuple[Expr, ...] = ()
    values: tuple[Expr, ...] = ()
    domains: tuple[tuple[int, CheckDomain], ...] = ()  # (output, the domain of its type)
