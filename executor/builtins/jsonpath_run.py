"""Evaluation of jsonpath: an Item and a value give a stream of values, read only as far as somebody asks.

A step is a generator, so that `exists` stops at the first item as PostgreSQL does, and a predicate whose operand fails
sees the items before the failure only where PostgreSQL does. What may be suppressed (by a predicate, the silent
argument, ON ERROR) is raised as PathError; everything else as the SqlError itself.
Source: functions-json.html#FUNCTIONS-SQLJSON-PATH
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from executor.builtins import numeric
from executor.builtins.jsonpath_datetime import Moment, compare
from executor.builtins.jsonpath_objects import offsets
from executor.context import Context
from executor.errors import SqlError
from executor.sqlstates import (
    InvalidSqlJsonSubscript,
    SingletonSqlJsonItemRequired,
    SqlJsonArrayNotFound,
    SqlJsonMemberNotFound,
    SqlJsonNumberNotFound,
    SqlJsonObjectNotFound,
    UndefinedObject,
)
from executor.types.jsonpath_syntax import ANY_LAST, Item, Path, regex_of
from executor.types.jsontext import Json, Number

Truth = bool | None
"""What a predicate gives; None is unknown."""
_INT4 = range(-(2**31), 2**31)
_OBJECT_ID_STEP = 10_000_000_000


class PathError(Exception):
    """An error of the path's evaluation that whoever asked may turn into something else."""

    def __init__(self, error: SqlError) -> None:
        super().__init__(error.message)
        self.error = error


class Scope(NamedTuple):
    """What @, last and .keyvalue() refer to, and whether missing members are passed over."""

    current: Json
    size: int
    lenient: bool
    base: tuple[Json, int]  # the object that ids count from, and its own number
    loud: bool  # an error goes to the client: no predicate is around, and the function is not silent


@dataclass
class Variables:
    """The values of $names. `base`: what ids of objects in a variable count from; None: the variable itself."""

    values: dict[str, Json]
    base: Json = None
    shared: bool = True

    def find(self, name: str) -> tuple[Json, tuple[Json, int]]:
        """A variable's value, with the base of ids (42704)."""
        if name not in self.values:
            raise UndefinedObject(f'could not find jsonpath variable "{name}"')
        value = self.values[name]
        if self.shared:
            return value, (self.base, 1)
        return value, (value, list(self.values).index(name) + 1)


class Run:
    """One evaluation of a path over a document."""

    def __init__(self, context: Context, path: Path, root: Json, variables: Variables, zones: bool,
                 silent: bool = False) -> None:
        self.context = context
        self.path = path
        self.lax = path.lax
        self.root = root
        self.variables = variables
        self.zones = zones
        self.start = Scope(root, -1, path.lax, (None, 0), not silent)
        self.next_id = 2 if variables.shared else 1 + len(variables.values)
        self.places: dict[int, tuple[Json, dict[int, int]]] = {}

    def items(self) -> Iterator[Json]:
        """The path's items. Raises PathError, SqlError."""
        return self.steps(self.path.item, self.root, self.start, self.lax)

    def exists(self) -> bool:
        """Whether there is an item; in strict mode all are computed, since an error counts."""
        if not self.lax:
            return bool(list(self.items()))
        return self._any(self.path.item, self.root, self.start)

    def _any(self, item: Item, value: Json, scope: Scope) -> bool:
        if item.kind.startswith("unary") and item.next is None:
            # Where only existence counts, PostgreSQL passes over operands that are no numbers.
            assert item.left is not None
            return any(operand.__class__ is Number for operand in self.operands(item.left, value, scope))
        return any(True for _ in self.steps(item, value, scope, self.lax))

    # --- steps

    def steps(self, item: Item, value: Json, scope: Scope, unwrap: bool) -> Iterator[Json]:
        """The items of a path from a step on. unwrap: an array stands for its elements."""
        step = _STEPS.get(item.kind)
        if step is None:
            return self.following(item, self.truth(item, value, scope), scope)
        if unwrap and value.__class__ is list and item.kind in _UNWRAPPING:
            return self._each(item, value, scope)
        return step(self, item, value, scope)

    def _each(self, item: Item, value: list[Json], scope: Scope) -> Iterator[Json]:
        for element in value:
            yield from self.steps(item, element, scope, False)

    def following(self, item: Item, value: Json, scope: Scope) -> Iterator[Json]:
        """The value itself where the path ends here, else what its next step makes of it."""
        if item.next is None:
            return iter((value,))
        return self.steps(item.next, value, scope, self.lax)

    def operands(self, item: Item | None, value: Json, scope: Scope, unwrap: bool = True) -> list[Json]:
        """All items of an operand; in lax mode arrays among them are replaced by their elements."""
        assert item is not None
        found = list(self.steps(item, value, scope, self.lax))
        if not (unwrap and self.lax):
            return found
        return [inner for one in found for inner in (one if one.__class__ is list else (one,))]

    # --- predicates

    def truth(self, item: Item, value: Json, scope: Scope) -> Truth:
        """A predicate's value; errors in its operands make it unknown."""
        return _PREDICATES[item.kind](self, item, value, scope)

    def pairs(self, item: Item, value: Json, scope: Scope, test: Callable[[Json, Json], Truth], unwrap_right: bool,
              unary: bool = False) -> Truth:
        """A predicate over all pairs of its operands' items: true if one pair is (lax: the first decides)."""
        scope = scope._replace(loud=False)
        try:
            lefts = self.operands(item.left, value, scope)
            rights = [None] if unary else self.operands(item.right, value, scope, unwrap_right)
        except PathError:
            return None
        found = unknown = False
        for left in lefts:
            for right in rights:
                result = test(left, right)
                if result is None:
                    if not self.lax:
                        return None
                    unknown = True
                elif result:
                    if self.lax:
                        return True
                    found = True
        return True if found else None if unknown else False

    def compare(self, operator: str, a: Json, b: Json) -> Truth:
        """One comparison of two items."""
        kind = a.__class__
        if kind is not b.__class__:
            return operator == "<>" if a is None or b is None else None
        if kind is Moment:
            order = compare(self.context, a, b, self.zones)
            if order is None:
                return None
        elif kind in (list, dict):
            return None
        elif a is None:
            order = 0
        else:
            x, y = (Decimal(a), Decimal(b)) if kind is Number else (a, b)
            order = (x > y) - (x < y)
        return _ORDERS[operator](order)

    # --- ids of objects

    def object_id(self, container: Json, base: tuple[Json, int]) -> int:
        """The id that .keyvalue() gives for an object."""
        start, number = base
        if id(start) not in self.places:
            self.places[id(start)] = start, offsets(start)
        return self.places[id(start)][1].get(id(container), 0) + number * _OBJECT_ID_STEP


_ORDERS: dict[str, Callable[[int], bool]] = {
    "==": lambda order: order == 0, "<>": lambda order: order != 0, "<": lambda order: order < 0,
    ">": lambda order: order > 0, "<=": lambda order: order <= 0, ">=": lambda order: order >= 0,
}


# ---------------------------------------------------------------- predicates


def _and(run: Run, item: Item, value: Json, scope: Scope) -> Truth:
    assert item.left is not None and item.right is not None
    left = run.truth(item.left, value, scope)
    if left is False:
        return False
    right = run.truth(item.right, value, scope)
    return left if right is True else right


def _or(run: Run, item: Item, value: Json, scope: Scope) -> Truth:
    assert item.left is not None and item.right is not None
    left = run.truth(item.left, value, scope)
    if left is True:
        return True
    right = run.truth(item.right, value, scope)
    return left if right is False else right


def _not(run: Run, item: Item, value: Json, scope: Scope) -> Truth:
    assert item.left is not None
    inner = run.truth(item.left, value, scope)
    return None if inner is None else not inner


def _is_unknown(run: Run, item: Item, value: Json, scope: Scope) -> Truth:
    assert item.left is not None
    return run.truth(item.left, value, scope) is None


def _exists(run: Run, item: Item, value: Json, scope: Scope) -> Truth:
    assert item.left is not None
    scope = scope._replace(loud=False)
    try:
        if not run.lax:
            return bool(run.operands(item.left, value, scope, False))
        return run._any(item.left, value, scope)
    except PathError:
        return None


def _starts_with(run: Run, item: Item, value: Json, scope: Scope) -> Truth:
    def test(whole: Json, prefix: Json) -> Truth:
        return whole.startswith(prefix) if whole.__class__ is str and prefix.__class__ is str else None

    return run.pairs(item, value, scope, test, False)


def _like_regex(run: Run, item: Item, value: Json, scope: Scope) -> Truth:
    expression = regex_of(*item.value)

    def test(text: Json, nothing: Json) -> Truth:
        return bool(expression.test(text)) if text.__class__ is str else None

    return run.pairs(item, value, scope, test, False, unary=True)


def _comparison(operator: str) -> Callable[[Run, Item, Json, Scope], Truth]:
    return lambda run, item, value, scope: run.pairs(
        item, value, scope, lambda a, b: run.compare(operator, a, b), True)


_PREDICATES: dict[str, Callable[[Run, Item, Json, Scope], Truth]] = {
    "&&": _and, "||": _or, "!": _not, "is unknown": _is_unknown, "exists": _exists, "starts with": _starts_with,
    "like_regex": _like_regex, **{operator: _comparison(operator) for operator in _ORDERS},
}

# ---------------------------------------------------------------- steps


def _literal(run: Run, item: Item, value: Json, scope: Scope) -> Iterator[Json]:
    return run.following(item, item.value, scope)


def _number(run: Run, item: Item, value: Json, scope: Scope) -> Iterator[Json]:
    return run.following(item, Number(item.value), scope)


def _variable(run: Run, item: Item, value: Json, scope: Scope) -> Iterator[Json]:
    found, base = run.variables.find(item.value)
    return run.following(item, found, scope._replace(base=base))


def _root(run: Run, item: Item, value: Json, scope: Scope) -> Iterator[Json]:
    return run.following(item, run.root, scope._replace(base=(run.root, 0)))


def _current(run: Run, item: Item, value: Json, scope: Scope) -> Iterator[Json]:
    return run.following(item, scope.current, scope)


def _last(run: Run, item: Item, value: Json, scope: Scope) -> Iterator[Json]:
    return run.following(item, Number(scope.size - 1), scope)


def _key(run: Run, item: Item, value: Json, scope: Scope) -> Iterator[Json]:
    if value.__class__ is dict:
        if item.value in value:
            return run.following(item, value[item.value], scope)
        if not scope.lenient:
            raise PathError(SqlJsonMemberNotFound(f'JSON object does not contain key "{item.value}"'))
    elif not scope.lenient:
        raise PathError(SqlJsonMemberNotFound("jsonpath member accessor can only be applied to an object"))
    return iter(())


def _elements(run: Run, item: Item, values: Any, scope: Scope) -> Iterator[Json]:
    for element in values:
        yield from run.following(item, element, scope)


def _any_key(run: Run, item: Item, value: Json, scope: Scope) -> Iterator[Json]:
    if value.__class__ is dict:
        return _elements(run, item, value.values(), scope)
    if not scope.lenient:
        raise PathError(SqlJsonObjectNotFound("jsonpath wildcard member accessor can only be applied to an object"))
    return iter(())


def _any_array(run: Run, item: Item, value: Json, scope: Scope) -> Iterator[Json]:
    if value.__class__ is list:
        return _elements(run, item, value, scope)
    if run.lax:
        return run.following(item, value, scope)
    if not scope.lenient:
        raise PathError(SqlJsonArrayNotFound("jsonpath wildcard array accessor can only be applied to an array"))
    return iter(())


def _position(run: Run, item: Item, value: Json, scope: Scope) -> int:
    found = list(run.steps(item, value, scope, run.lax))
    if len(found) != 1 or found[0].__class__ is not Number:
        raise PathError(InvalidSqlJsonSubscript("jsonpath array subscript is not a single numeric value"))
    index = int(Decimal(found[0])) if len(found[0].partition(".")[0]) < 20 else 2**63
    if index not in _INT4:
        raise PathError(InvalidSqlJsonSubscript("jsonpath array subscript is out of integer range"))
    return index


def _index(run: Run, item: Item, value: Json, scope: Scope) -> Iterator[Json]:
    if value.__class__ is not list and not run.lax:
        if not scope.lenient:
            raise PathError(SqlJsonArrayNotFound("jsonpath array accessor can only be applied to an array"))
        return
    elements = value if value.__class__ is list else [value]
    size = len(elements)
    inner = scope._replace(size=size)
    for first, last in item.value:
        low = _position(run, first, value, inner)
        high = _position(run, last, value, inner) if last is not None else low
        if not scope.lenient and (low < 0 or low > high or high >= size):
            raise PathError(InvalidSqlJsonSubscript("jsonpath array subscript is out of bounds"))
        for element in elements[max(low, 0) : min(high, size - 1) + 1]:
            yield from run.following(item, element, inner)


def _descendants(value: Json, first: int, last: int) -> Iterator[Json]:
    """What is inside a container, at levels first..last (from 1; ANY_LAST: the leaves), in document order."""
    leaves = first == ANY_LAST and last == ANY_LAST
    low = float("inf") if first == ANY_LAST else first
    high = float("inf") if last == ANY_LAST else last
    stack = [iter(_inside(value))] if high >= 1 else []
    while stack:
        for child in stack[-1]:
            nested = child.__class__ in (list, dict)
            if len(stack) >= low or (leaves and not nested):
                yield child
            if len(stack) < high and nested:
                stack.append(iter(_inside(child)))
                break
        else:
            stack.pop()


def _inside(value: Json) -> Any:
    if value.__class__ is dict:
        return value.values()
    return value if value.__class__ is list else ()


def _any_level(run: Run, item: Item, value: Json, scope: Scope) -> Iterator[Json]:
    first, last = item.value
    lenient = scope._replace(lenient=True)
    if first == 0:
        try:
            yield from run.following(item, value, lenient)
        except PathError:
            # PostgreSQL forgets a suppressed error here if there is more to look at.
            if scope.loud or value.__class__ not in (list, dict):
                raise
    for child in _descendants(value, first, last):
        yield from run.following(item, child, lenient)


def _filter(run: Run, item: Item, value: Json, scope: Scope) -> Iterator[Json]:
    assert item.left is not None
    if run.truth(item.left, value, scope._replace(current=value)) is True:
        return run.following(item, value, scope)
    return iter(())


_ARITHMETIC: dict[str, Callable[[str, str], str]] = {
    "+": numeric.numeric_add, "-": numeric.numeric_sub, "*": numeric.numeric_mul, "/": numeric.numeric_div,
    "%": numeric.numeric_mod,
}


def _binary(run: Run, item: Item, value: Json, scope: Scope) -> Iterator[Json]:
    left, right = run.operands(item.left, value, scope), run.operands(item.right, value, scope)
    for label, operand in (("left", left), ("right", right)):
        if len(operand) != 1 or operand[0].__class__ is not Number:
            raise PathError(SingletonSqlJsonItemRequired(
                f"{label} operand of jsonpath operator {item.kind} is not a single numeric value"))
    try:
        result = _ARITHMETIC[item.kind](left[0], right[0])
    except SqlError as error:
        raise PathError(error) from None
    return run.following(item, Number(result), scope)


def _signed(run: Run, item: Item, value: Json, scope: Scope) -> Iterator[Json]:
    for operand in run.operands(item.left, value, scope):
        if operand.__class__ is not Number:
            raise PathError(SqlJsonNumberNotFound(
                f"operand of unary jsonpath operator {item.kind[-1]} is not a numeric value"))
        signed = Number(numeric.numeric_uminus(operand)) if item.kind == "unary -" else operand
        yield from run.following(item, signed, scope)


def _method(run: Run, item: Item, value: Json, scope: Scope) -> Iterator[Json]:
    from executor.builtins.jsonpath_methods import METHODS, WHOLE_ARRAYS

    if value.__class__ is list and run.lax and item.value not in WHOLE_ARRAYS:
        return _each_method(run, item, value, scope)
    return METHODS[item.value](run, item, value, scope)


def _each_method(run: Run, item: Item, values: list[Json], scope: Scope) -> Iterator[Json]:
    from executor.builtins.jsonpath_methods import METHODS

    for element in values:
        yield from METHODS[item.value](run, item, element, scope)


_Step = Callable[[Run, Item, Json, Scope], Iterator[Json]]
_STEPS: dict[str, _Step] = {
    "null": _literal, "bool": _literal, "string": _literal, "numeric": _number, "variable": _variable, "root": _root,
    "current": _current, "last": _last, "key": _key, "anykey": _any_key, "anyarray": _any_array, "index": _index,
    "any": _any_level, "filter": _filter, "method": _method, "unary +": _signed, "unary -": _signed,
    **dict.fromkeys(_ARITHMETIC, _binary),
}
_UNWRAPPING = frozenset(("key", "anykey", "filter"))
