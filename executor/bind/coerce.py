"""Conversions the binder puts into the plan: literals to values, casts, type modifiers, common types.

Source: the manual's chapter "Type Conversion"; parse_coerce's rules.
"""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from executor import plan
from executor.bind import domains, rows
from executor.bind.resolve import (
    ASSIGNMENT,
    EXPLICIT,
    IMPLICIT,
    POLYMORPHIC,
    Path,
    coercion_path,
    common_type,
    element_type,
    type_of,
)
from executor.bind.statement import LiteralNeeded, Statement, type_name
from executor.catalog.constructors import of_one_range
from executor.errors import SqlError, not_supported
from executor.facts import lookup
from executor.facts.lookup import base_type
from executor.plan import Call, Const, ConvertText, ElementRef, Expr, Param, Relabel
from executor.sqlstates import CannotCoerce, DatatypeMismatch, IndeterminateDatatype
from executor.types import made
from executor.types import oids as T
from executor.types.registry import codec

CLOCK_WORDS = ("now", "today", "tomorrow", "yesterday")
CLOCK_TYPES = frozenset({T.DATE, T.TIME, T.TIMETZ, T.TIMESTAMP, T.TIMESTAMPTZ, T.DATERANGE, T.TSRANGE, T.TSTZRANGE,
                         T.DATEMULTIRANGE, T.TSMULTIRANGE, T.TSTZMULTIRANGE})


def literal(s: Statement, const: Const, target: int, typmod: int = -1) -> Const:
    """An unknown literal as a value of a type (22P02 and the like, at the literal's position)."""
    base = base_type(target)
    if const.value is None:
        return Const(type=target, typmod=-1, value=None, position=const.position, lifted=const.lifted)
    text = str(const.value)
    if (element_type(base) or base) in CLOCK_TYPES and any(word in text.lower() for word in CLOCK_WORDS):
        s.volatile_literals = True
    if base in REGISTRY_TYPES and const.lifted is not None:
        raise LiteralNeeded
    try:
        value = codec(base).parse(text, typmod if base == T.INTERVAL else -1, s.context.env)
    except SqlError as error:
        raise error.at(const.position or None) from None
    return Const(type=target, typmod=typmod if base == T.INTERVAL else -1, value=value, position=const.position,
                 lifted=const.lifted)


REGISTRY_TYPES = frozenset({T.REGPROC, T.REGCLASS, T.REGTYPE, T.REGPROCEDURE, T.REGOPER, T.REGOPERATOR, T.REGNAMESPACE,
                            T.REGROLE, T.REGCONFIG, T.REGDICTIONARY, T.REGCOLLATION})


def try_coerce(s: Statement, expr: Expr, target: int, typmod: int = -1, context: str = IMPLICIT,
               explicit: bool = False) -> Expr | None:
    """expr as a value of the target type, or None if there is no conversion in this context."""
    converted = _convert(s, expr, target, typmod, context, explicit)
    if converted is None:
        return None
    found = apply_typmod(converted, target, typmod, explicit)
    if explicit and found is not converted and converted is not expr and not isinstance(converted, Const):
        # One cast was written: only the outer of the two conversions shows it.
        found = replace(found, **{_ARGUMENT[type(found)]: _with_argument(found, hidden(converted))})
    return found


_ARGUMENT: dict[type[Expr], str] = {Call: "arguments", plan.ArrayConvert: "argument"}


def _with_argument(outer: Expr, argument: Expr) -> Any:
    return (argument, *outer.arguments[1:]) if isinstance(outer, Call) else argument


def hidden(expr: Expr) -> Expr:
    """A conversion as one that was not written."""
    if isinstance(expr, Call):
        return replace(expr, explicit_cast=False, implicit_cast=True)
    return replace(expr, explicit=False) if isinstance(expr, (Relabel, ConvertText, plan.ArrayConvert)) else expr


def coerce(s: Statement, expr: Expr, target: int, typmod: int = -1, context: str = IMPLICIT, *,
           position: int = 0, explicit: bool = False) -> Expr:
    """Like try_coerce; 42846 when impossible."""
    try:
        found = try_coerce(s, expr, target, typmod, context, explicit)
    except CannotCoerce as error:
        raise error.at(position or expr.position or None) from None
    if found is None:
        raise CannotCoerce(f"cannot cast type {type_name(expr.type)} to {type_name(target)}",
                           position=position or expr.position or None)
    return found


def _convert(s: Statement, expr: Expr, target: int, typmod: int, context: str, explicit: bool) -> Expr | None:
    if expr.type == target or target == T.ANY:
        return expr
    if domains.domain_of(target) is not None:
        return _to_domain(s, expr, target, context, explicit)
    if expr.type == T.UNKNOWN:
        return _unknown(s, expr, target, typmod)
    if target in POLYMORPHIC:
        return expr
    if target == T.RECORD and made.fields_of(expr.type) is not None:
        return expr  # still known to be of its own row type
    if target == T.RECORD_ARRAY and made.fields_of(element_type(expr.type)) is not None:
        return expr
    if (row := rows.to_composite(s, expr, target, context, explicit)) is not None:
        return row
    path = coercion_path(expr.type, target, context)
    return None if path is None else _follow(s, path, expr, target, typmod, explicit)


def _to_domain(s: Statement, expr: Expr, target: int, context: str, explicit: bool) -> Expr | None:
    if expr.type == T.UNKNOWN and isinstance(expr, Param):
        found = _unknown(s, expr, target, -1)
        return None if found is None else domains.input_checked(s, found)
    inner = try_coerce(s, expr, base_type(target), made.base_typmod(target), context, explicit)
    if inner is None:
        return None
    return domains.checked(s, inner if inner is expr else hidden(inner), target, explicit)


def _unknown(s: Statement, expr: Expr, target: int, typmod: int) -> Expr | None:
    if target in POLYMORPHIC:
        target = T.TEXT
    if isinstance(expr, Const):
        return domains.input_checked(s, literal(s, expr, target, typmod))
    if isinstance(expr, Param):
        now = s.parameters.get(expr.number, T.UNKNOWN)
        if now == T.UNKNOWN:
            s.parameters[expr.number] = now = target
        same = Param(type=now, number=expr.number, position=expr.position)
        if now == target:
            return same if domains.domain_of(target) is not None else domains.input_checked(s, same)
        if base_type(target) == now:
            return Relabel(type=target, argument=same, position=expr.position)
        from executor.sqlstates import AmbiguousParameter

        raise AmbiguousParameter(f"inconsistent types deduced for parameter ${expr.number}",
                                 detail=f"{type_name(now)} versus {type_name(target)}", position=expr.position or None)
    return domains.input_checked(s, ConvertText(type=target, argument=expr, position=expr.position))


def _follow(s: Statement, path: Path, expr: Expr, target: int, typmod: int, explicit: bool) -> Expr:
    """Put the conversion named by a path around expr."""
    if path.method == "relabel":
        if base_type(target) != target and base_type(expr.type) == base_type(target):
            return Relabel(type=target, argument=expr, typmod=-1, position=expr.position, explicit=explicit)
        return Relabel(type=target, argument=expr, typmod=expr.typmod if target == expr.type else -1,
                       position=expr.position, explicit=explicit)
    if path.method == "text":
        return domains.input_checked(s, ConvertText(type=target, argument=expr, position=expr.position, explicit=explicit))
    if path.method == "multirange":
        return Call(type=target, function=of_one_range(expr.type, target), arguments=(expr,), position=expr.position,
                    explicit_cast=explicit)
    if path.method == "array":
        assert path.element is not None
        source = ElementRef(type=element_type(expr.type), position=expr.position)
        if made.contains_domain(element_type(target)):
            converted = _convert(s, source, element_type(target), typmod, EXPLICIT if explicit else ASSIGNMENT, explicit)
            assert converted is not None
            element = converted
        else:
            element = _follow(s, path.element, source, element_type(target), typmod, explicit)
        return plan.ArrayConvert(type=target, argument=expr, element=element, position=expr.position, explicit=explicit)
    return cast_call(path.function, expr, target, typmod, explicit)


def cast_call(function_oid: int, expr: Expr, target: int, typmod: int, explicit: bool) -> Call:
    """A call of a cast function, with its typmod and is-explicit arguments where it takes them."""
    function = lookup.functions_by_oid()[function_oid]
    arguments: list[Expr] = [expr]
    if len(function.arguments) >= 2:
        arguments.append(Const(type=T.INT4, value=typmod))
    if len(function.arguments) >= 3:
        arguments.append(Const(type=T.BOOL, value=int(explicit)))
    result_typmod = typmod if len(function.arguments) >= 2 else -1
    return Call(type=target, typmod=result_typmod, function=function, arguments=tuple(arguments),
                position=expr.position, implicit_cast=not explicit, explicit_cast=explicit)


def apply_typmod(expr: Expr, target: int, typmod: int, explicit: bool) -> Expr:
    """Cut or pad to varchar(n), round to numeric(p,s) ...: the length-coercion function, where typmod asks for it."""
    if typmod < 0 or expr.typmod == typmod:
        return expr
    base = base_type(target)
    element = element_type(base)
    cast = lookup.casts().get((element or base, element or base))
    if cast is None or not cast.function:
        return expr
    if element:
        source = ElementRef(type=element)
        inner = cast_call(cast.function, source, element, typmod, explicit)
        return plan.ArrayConvert(type=target, typmod=typmod, argument=expr, element=inner, position=expr.position,
                                 explicit=explicit)
    return cast_call(cast.function, expr, target, typmod, explicit)


def assign(s: Statement, expr: Expr, target: int, typmod: int, column: str, position: int = 0) -> Expr:
    """expr for storing into a column (42804 as PostgreSQL words it)."""
    given = expr.type
    try:
        found = try_coerce(s, expr, target, typmod, ASSIGNMENT)
    except CannotCoerce as error:
        raise error.at(expr.position or None) from None
    if found is None:
        raise DatatypeMismatch(
            f'column "{column}" is of type {type_name(target)} but expression is of type {type_name(given)}',
            hint="You will need to rewrite or cast the expression.", position=position or expr.position or None)
    return found


def cast(s: Statement, expr: Expr, target: int, typmod: int, position: int) -> Expr:
    """An explicit cast."""
    return coerce(s, expr, target, typmod, EXPLICIT, position=position, explicit=True)


def to_boolean(s: Statement, expr: Expr, construct: str) -> Expr:
    """expr as a condition (42804: argument of WHERE must be type boolean, not type integer)."""
    found = try_coerce(s, expr, T.BOOL, -1, ASSIGNMENT) if expr.type != T.BOOL else expr
    if found is None:
        raise DatatypeMismatch(f"argument of {construct} must be type boolean, not type {type_name(expr.type)}",
                               position=expr.position or None)
    return found


def unify(s: Statement, items: Sequence[Expr], construct: str) -> tuple[int, int]:
    """The common type and typmod of branches (42804: CASE types integer and text cannot be matched)."""
    types = [item.type for item in items]
    chosen = common_type(types)
    if chosen is None:
        first = next(t for t in types if t != T.UNKNOWN)
        category = type_of(base_type(first)).category
        other = next(item for item in items
                     if item.type != T.UNKNOWN and type_of(base_type(item.type)).category != category)
        raise DatatypeMismatch(f"{construct} types {type_name(first)} and {type_name(other.type)} cannot be matched",
                               position=other.position or None)
    typmods = {item.typmod for item in items}
    same = len(typmods) == 1 and all(item.type == chosen for item in items)
    return chosen, (typmods.pop() if same else -1)


def to_common(s: Statement, item: Expr, target: int, construct: str) -> Expr:
    """A branch converted to the common type (42846 if it cannot be)."""
    found = try_coerce(s, item, target)
    if found is None and made.is_anonymous(item.type) and made.is_anonymous(target):
        raise not_supported(f"{construct} over rows with different columns", position=item.position or None)
    if found is None:
        raise CannotCoerce(f"{construct} could not convert type {type_name(item.type)} to {type_name(target)}",
                           position=item.position or None)
    return found


def resolve_unknown(s: Statement, expr: Expr) -> Expr:
    """An expression of type unknown as text, at the end of a target list."""
    if expr.type != T.UNKNOWN:
        return expr
    found = try_coerce(s, expr, T.TEXT)
    if found is None:
        raise IndeterminateDatatype("could not determine data type", position=expr.position or None)
    return found
