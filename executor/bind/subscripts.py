"""Subscripts: array[i], array[l:u] and jsonb['key']. Assignment to them is in executor.bind.assignment."""

from executor import plan
from executor.bind import operators
from executor.bind.coerce import coerce, try_coerce
from executor.bind.expressions import bind
from executor.bind.resolve import array_type, element_type, type_of
from executor.bind.scope import Scope
from executor.bind.statement import Statement, type_name
from executor.facts import lookup
from executor.facts.lookup import base_type
from executor.parse import Node
from executor.plan import Expr
from executor.sqlstates import DatatypeMismatch
from executor.types import oids as T

Bounds = list[Expr | None]


class Indices:
    """The subscripts of one container, bound."""

    def __init__(self) -> None:
        self.uppers: Bounds = []
        self.lowers: Bounds = []
        self.slices: list[bool] = []

    def __bool__(self) -> bool:
        return bool(self.uppers)

    def add(self, s: Statement, scope: Scope, part: Node) -> None:
        """Bind an A_Indices node."""
        low, high = part.take("lidx"), part.take("uidx")
        self.lowers.append(bind(s, scope, low) if low else None)
        self.uppers.append(bind(s, scope, high) if high else None)
        self.slices.append(bool(part.take("is_slice")))
        part.finish()

    @property
    def is_slice(self) -> bool:
        """Whether any of them is a slice; then all of them are."""
        return any(self.slices)

    def lower_bounds(self) -> Bounds:
        """The lower bounds of a slice; a plain subscript i beside one means 1:i."""
        return [low if is_slice else plan.Const(type=T.INT4, value=1)
                for low, is_slice in zip(self.lowers, self.slices, strict=True)]


def subscript(s: Statement, argument: Expr, indices: Indices, position: int) -> Expr:
    """argument[...] (42804 cannot subscript type)."""
    if base_type(argument.type) == T.JSONB:
        return plan.Subscript(type=T.JSONB, argument=argument, uppers=json_keys(s, indices), position=position)
    uppers = indices.uppers
    if argument.type == T.NAME and not indices.is_slice and len(uppers) == 1 and uppers[0] is not None:
        return _character_of_name(s, argument, uppers[0], position)
    if argument.type in (T.INT2VECTOR, T.OIDVECTOR):  # stored without their lower bound, which is 0
        argument = coerce(s, argument, array_type(type_of(argument.type).element), context="e", position=position)
    element = subscripted_element(argument, position)
    lowers = bound_subscripts(s, indices.lower_bounds(), position) if indices.is_slice else ()
    return plan.Subscript(type=base_type(argument.type) if indices.is_slice else element, typmod=argument.typmod,
                          argument=argument, uppers=bound_subscripts(s, uppers, position), is_slice=indices.is_slice,
                          lowers=lowers, position=position)


def subscripted_element(argument: Expr, position: int) -> int:
    """The element type of what is subscripted (42804)."""
    base = type_of(base_type(argument.type))
    element = base.element if base.is_fixed_array and base.oid != T.NAME else element_type(base.oid)
    if not element:
        raise DatatypeMismatch(f"cannot subscript type {type_name(argument.type)} because it does not support "
                               "subscripting", position=argument.position or position or None)
    return element


def bound_subscripts(s: Statement, bounds: Bounds, position: int) -> tuple[Expr | None, ...]:
    """Subscripts of an array as integers."""
    return tuple(coerce(s, e, T.INT4, context="a", position=position) if e is not None else None for e in bounds)


def json_keys(s: Statement, indices: Indices) -> tuple[Expr, ...]:
    """jsonb's subscripts: what converts to integer or else to text, but not to both."""
    keys = []
    for key, low, is_slice in zip(indices.uppers, indices.lowers, indices.slices, strict=True):
        if is_slice or key is None:
            shown = key or low
            raise DatatypeMismatch("jsonb subscript does not support slices", position=(shown.position if shown else 0) or None)
        keys.append(_json_key(s, key))
    return tuple(keys)


def _json_key(s: Statement, key: Expr) -> Expr:
    if key.type == T.UNKNOWN:
        return coerce(s, key, T.TEXT)
    found = [converted for target in (T.INT4, T.TEXT) if (converted := try_coerce(s, key, target)) is not None]
    if len(found) != 1:
        hint = "either integer or text" if not found else "only one type, integer or text"
        raise DatatypeMismatch(f"subscript type {type_name(key.type)} is not supported", position=key.position or None,
                               hint=f"jsonb subscript must be coercible to {hint}.")
    return found[0]


def _character_of_name(s: Statement, argument: Expr, index: Expr, position: int) -> Expr:
    """name[i], the "char" at i counted from 0 (pg_dump looks for the "_" of array types so)."""
    (substr,) = (f for f in lookup.functions_by_name()["substr"] if f.arguments == (T.TEXT, T.INT4, T.INT4))
    one = plan.Const(type=T.INT4, value=1)
    start = operators.make(s, ["+"], coerce(s, index, T.INT4, context="a", position=position), one, position)
    text = operators.make_call(s, substr, [coerce(s, argument, T.TEXT), start, one], position)
    return coerce(s, text, T.CHAR, context="e", position=position, explicit=True)
