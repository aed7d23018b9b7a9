"""Whether a jsonpath depends on the session's time zone, so that it may not stand in an index (PostgreSQL's jspIsMutable)."""

from executor.types.jsonpath_syntax import COMPARISONS, PRECISION_METHODS, Item, Path
from executor.types.oids import DATE, TIME, TIMESTAMP, TIMESTAMPTZ, TIMETZ

_NONE, _UNKNOWN, _ZONED, _PLAIN = "none", "unknown", "zoned", "plain"
_VARIABLES = {DATE: _PLAIN, TIME: _PLAIN, TIMESTAMP: _PLAIN, TIMETZ: _ZONED, TIMESTAMPTZ: _ZONED}
_MUTABLE_METHODS = PRECISION_METHODS | {"date"}


class _MutableError(Exception):
    """The path is mutable."""


class _Walk:
    """Follows what is known of the items' being dates: not at all, unknown which, with zone, or without."""

    def __init__(self, lax: bool, variables: dict[str, int]) -> None:
        self.lax = lax
        self.variables = variables
        self.current = _NONE

    def path(self, item: Item | None) -> str:
        status = _NONE
        while item is not None:
            status = self.step(item, status)
            item = item.next
        return status

    def step(self, item: Item, status: str) -> str:
        kind = item.kind
        if kind == "filter":
            before, self.current = self.current, status
            self.path(item.left)
            self.current = before
            return status
        left, right = self.path(item.left), self.path(item.right)
        if kind in COMPARISONS and _NONE not in (left, right) and (left != right or left == _UNKNOWN):
            raise _MutableError
        if kind == "index":
            for first, last in item.value:
                self.path(first)
                self.path(last)
        if kind in ("index", "anyarray"):
            return status if self.lax else _NONE
        if kind == "any":
            return status if item.value[0] <= 0 else _NONE
        if kind == "current":
            return self.current
        if kind == "variable":
            return _VARIABLES.get(self.variables.get(item.value, 0), _NONE)
        return self.method(item) if kind == "method" else _NONE

    def method(self, item: Item) -> str:
        if item.value in _MUTABLE_METHODS:
            raise _MutableError
        if item.value != "datetime":
            return _NONE
        if item.left is None:
            return _UNKNOWN
        from executor.builtins.jsonpath_datetime import has_zone

        return _ZONED if has_zone(item.left.value) else _PLAIN


def is_mutable(path: Path, variables: dict[str, int]) -> bool:
    """True if the path's result may depend on the time zone; `variables`: type of each PASSING argument."""
    try:
        _Walk(path.lax, variables).path(path.item)
    except _MutableError:
        return True
    return False
