"""Calls of built-in functions, casts through text, arrays and rows as SQLite text."""

from collections.abc import Callable, Sequence
from functools import cache
from hashlib import blake2b
from typing import Any

import msgspec
from msgspec.structs import replace as changed

from executor import plan, walk
from executor.bind.resolve import element_type, type_of
from executor.bind.statement import LiteralNeeded
from executor.builtins.base import Builtin, Native, Python, SetReturning, sql_name
from executor.builtins.registry import find, made_with_type
from executor.context import Context
from executor.errors import not_supported
from executor.facts.lookup import Function as Fact
from executor.facts.lookup import base_type
from executor.identifiers import quote_identifier
from executor.lower import collations
from executor.lower.generator import Generator, literal
from executor.lower.routines import is_routine
from executor.lower.routines import scalar as routine
from executor.lower.routines import table as routine_table
from executor.types import arrays, numeric
from executor.types import oids as T
from executor.types.base import Stored, misfit
from executor.types.made import FIRST_NUMBER, Field, fields_of, row_number
from executor.types.registry import codec
from executor.types.text import text_of_stored
from storage.statement import Function, TableFunction

Types = tuple[tuple[int, int], ...]
SIMPLE_TEXT_MAX = 48


def value(g: Generator, expr: plan.Expr) -> str:
    """executor.lower.expressions.value, which imports this module."""
    from executor.lower.expressions import value as printed

    return printed(g, expr)


def builtin(fact: Fact, position: int = 0) -> Builtin:
    """The row of a function (0A000 naming it if there is none)."""
    found = find(fact.signature) if fact.oid else made_with_type(fact.source)
    if found is None:
        shown = ", ".join(type_of(oid).name for oid in fact.arguments)
        raise not_supported(f"function {fact.name}({shown})", position=position or None)
    return found


def signature(fact: Fact) -> str:
    """A function's name in executor.builtins; "" for those that came with a user's type."""
    return fact.signature if fact.oid and not is_routine(fact) else ""


def argument_types(arguments: Sequence[plan.Expr]) -> Types:
    """The types a typed implementation is made for."""
    return tuple((plain_type(a.type), a.typmod) for a in arguments)


def plain_type(oid: int) -> int:
    """A type as implementations know it: domains as their base types."""
    return base_type(oid)


# ---------------------------------------------------------------- calls


def call(g: Generator, expr: plan.Call) -> str:
    """A plain function call."""
    from executor.lower.rows import row_json, rows_as_json

    fact = expr.function
    if expr.spread:
        from executor.lower.variadic import spread_call

        return spread_call(g, expr)
    if fact.name == "row_to_json" and len(expr.arguments) == 1 and fields_of(expr.arguments[0].type) is not None:
        return row_json(g, plan.RowJson(type=T.JSON, argument=expr.arguments[0]))
    if (given := rows_as_json(fact, expr.arguments)) is not expr.arguments:
        expr = changed(expr, arguments=given)
    if fact.returns_set:
        raise not_supported("set-returning functions in this place", position=expr.position or None)
    if is_routine(fact):
        made = routine(fact.oid, tuple(a.type for a in expr.arguments), expr.type, fact.strict, fact.volatility)
        return f"{g.need(made)}({', '.join(operand(g, expr, a) for a in expr.arguments)})"
    if (fast := computed(g, expr)) is not None:
        return fast
    if (form := collations.ascii_form(expr)) is not None:
        name = g.need(Function(f"pg_{fact.name}_{fact.oid}_c", form.function, len(expr.arguments), True, strict=True))
        return f"{name}({', '.join(value(g, a) for a in expr.arguments)})"
    if fact.name == "pg_collation_for" and any(isinstance(e, plan.AggregateCall) for e in walk.own(expr)):
        raise not_supported("the collation of an aggregate", position=expr.position or None)
    if fact.name == "pg_collation_for" and (found := collations.collation_of(expr.arguments[0])):
        return literal(quote_identifier(found))
    implementation = builtin(fact, expr.position).implementation
    if isinstance(implementation, SetReturning) and not fact.returns_set and len(fact.outputs) > 1:
        implementation = _as_row(implementation)
    if isinstance(implementation, Native):
        return _native(g, expr, implementation)
    if isinstance(implementation, Python):
        arguments = [operand(g, expr, a) for a in expr.arguments]
        name = scalar(g, fact, implementation, expr.arguments, expr.type)
        return f"{name}({', '.join(arguments)})"
    raise not_supported(f"function {fact.name} as an expression", position=expr.position or None)


@cache
def _as_row(implementation: SetReturning) -> Python:
    """A function that gives one row of several columns, as an expression: the row is one value."""
    def row(*arguments: Any) -> str:
        (found,) = implementation.function(*arguments)
        return msgspec.json.encode(found).decode()

    return Python(row, context=implementation.context)


def computed(g: Generator, expr: plan.Call) -> str | None:
    """A call that SQLite computes itself for these arguments, though not for all."""
    from executor.lower.natives import NATIVES  # which imports this module

    made = NATIVES.get(signature(expr.function))
    return None if made is None else made(g, expr)


def _native(g: Generator, expr: plan.Call, implementation: Native) -> str:
    if implementation.literals:
        _ask_for_literals(expr, implementation.literals)
    arguments = [operand(g, expr, a) for a in expr.arguments]
    repeated = implementation.repeats > 1 and not all(is_simple(a, t) for a, t in zip(expr.arguments, arguments, strict=True))
    unfit = implementation.natively is not None and not implementation.natively(argument_types(expr.arguments))
    if implementation.python is not None and (repeated or unfit):
        fallback = Python(implementation.python, bool(implementation.context_helpers), implementation.typed)
        name = scalar(g, expr.function, fallback, expr.arguments, expr.type)
        return f"{name}({', '.join(arguments)})"
    lower = implementation.lower
    if implementation.typed:
        lower = implementation.lower(argument_types(expr.arguments), plain_type(expr.type))
    for helper in implementation.helpers:
        g.need(helper_function(helper))
    for helper in implementation.context_helpers:
        g.need(context_helper(helper))
    if implementation.collate:
        from executor.lower.expressions import collation

        for argument in expr.arguments:
            collation(g, argument.type)
    return str(lower(*arguments))


def _ask_for_literals(expr: plan.Call, positions: tuple[int, ...]) -> None:
    """Literals among these arguments must not be lifted, unless the call is the same for every row anyway."""
    lifted = [a.lifted for a in map(unlabelled, (expr.arguments[at] for at in positions))
              if isinstance(a, plan.Const) and a.lifted is not None]
    if lifted and any(type(e) is plan.ColumnRef for e in walk.own(expr)):
        raise LiteralNeeded(*lifted)


def unlabelled(expr: plan.Expr) -> plan.Expr:
    """An expression without the binary-coercible casts around it."""
    while isinstance(expr, plan.Relabel):
        expr = expr.argument
    return expr


_PATTERNS = frozenset(f"bpchar{ic}{verb}" for ic in ("", "ic") for verb in ("like", "nlike", "regexeq", "regexne"))
"""Functions for which the blanks behind a char(n) are part of it."""


def operand(g: Generator, expr: plan.Expr, argument: plan.Expr) -> str:
    """An operand of an expression. A char(n) gets its blanks where the result is not known to be a char(n) any more, so
    that they would not come with its output, and where a pattern sees them."""
    text = value(g, argument)
    element = element_type(argument.type)
    if argument.typmod < 0 or base_type(element or argument.type) != T.BPCHAR:
        return text
    if (isinstance(expr, plan.Call) and expr.function.name in _PATTERNS) or (
            expr.typmod < 0 and base_type(element_type(expr.type) or expr.type) == T.BPCHAR):
        return f"{g.need(_PAD_ELEMENTS if element else _PAD)}({text}, {argument.typmod - 4})"
    return text


def _pad_elements(array: Stored, width: int) -> str:
    found = arrays.load(array)
    return arrays.dump(arrays.map_elements(found.items, lambda item: item.ljust(width)), found.lowers)


_PAD_ELEMENTS = Function("pg_pad_bpchar_array", _pad_elements, 2, True, strict=True)


_PAD = Function("pg_pad_bpchar", lambda text, width: text_of_stored(text).ljust(width), 2, True, strict=True)


def is_simple(expr: plan.Expr, text: str) -> bool:
    """True if evaluating the text more than once costs nothing and gives the same."""
    while isinstance(expr, plan.Relabel):
        expr = expr.argument
    return isinstance(expr, (plan.Const, plan.Param, plan.ColumnRef, plan.CaseValue, plan.ElementRef)) \
        and len(text) <= SIMPLE_TEXT_MAX


@cache
def helper_function(helper: Callable[..., Any]) -> Function:
    """A guard or other helper that native text calls."""
    return Function(sql_name(helper), helper, -1, True, strict=True)


@cache
def context_helper(helper: Callable[..., Any]) -> Function:
    """A helper that asks the session's context. Its result may change from one statement to the next."""
    return Function(sql_name(helper), helper, -1, True, strict=True, context=True)


def scalar(g: Generator, fact: Fact, implementation: Python, arguments: Sequence[plan.Expr], result: int) -> str:
    """Register a function's Python form; gives its SQLite name."""
    if implementation.typed:
        return g.need(_typed_scalar(fact, implementation, argument_types(arguments), plain_type(result)))
    return g.need(_plain_scalar(fact, implementation, len(arguments)))


@cache
def _plain_scalar(fact: Fact, implementation: Python, nargs: int) -> Function:
    return Function(f"pg_{fact.name}_{fact.oid}", implementation.function, -1 if fact.variadic else nargs,
                    fact.volatility != "v", strict=fact.strict, context=implementation.context,
                    blocks=implementation.blocks)


@cache
def _typed_scalar(fact: Fact, implementation: Python, types: Types, result: int) -> Function:
    made = implementation.function(types, result)
    name = fact.name if fact.oid else fact.source  # a user's name may be any text
    return Function(f"pg_{name}_{fact.oid}_{_types_name(types, result)}", made, len(types), fact.volatility != "v",
                    strict=fact.strict, context=implementation.context)


def _types_name(types: Types, result: int) -> str:
    return "_".join(f"{oid}" if typmod < 0 else f"{oid}m{typmod}" for oid, typmod in types) + f"_r{result}"


# ---------------------------------------------------------------- set-returning functions


def gives_rows(fact: Fact) -> bool:
    """True for what is a table in FROM: set-returning functions, and those of a single row with several columns."""
    if fact.returns_set or (is_routine(fact) and len(fact.outputs) > 1):
        return True
    if is_routine(fact):
        return False
    found = find(fact.signature) if fact.outputs else None
    return found is not None and isinstance(found.implementation, SetReturning)


def table_function(fact: Fact, arguments: Sequence[plan.Expr], result: int, ncolumns: int, position: int) -> TableFunction:
    """A set-returning function as a table (0A000 if it is not implemented)."""
    if is_routine(fact):
        if result == T.RECORD and len(fact.outputs) > 1:
            result = _row_of_outputs(fact, arguments)
        return routine_table(fact.oid, tuple(a.type for a in arguments), result, fact.strict, fact.returns_set, ncolumns)
    implementation = builtin(fact, position).implementation
    if not isinstance(implementation, SetReturning):
        raise not_supported(f"function {fact.name} in FROM", position=position or None)
    types = argument_types(arguments) if implementation.typed else ()
    return _table_function(fact, implementation, types, plain_type(result), len(arguments), ncolumns)


def _row_of_outputs(fact: Fact, arguments: Sequence[plan.Expr]) -> int:
    from executor.bind.operators import polymorphic

    given = [a.type for a in arguments]
    return row_number(tuple(Field(name or f"column{i}", polymorphic(fact.arguments, given, oid, 0)[1])
                            for i, (name, oid) in enumerate(fact.outputs, 1)))


@cache
def _table_function(fact: Fact, implementation: SetReturning, types: Types, result: int, nargs: int,
                    ncolumns: int) -> TableFunction:
    function = implementation.function(types, result) if implementation.typed else implementation.function
    name = f"pg_{fact.name}_{fact.oid}_{nargs}_{ncolumns}" + (f"_{_types_name(types, result)}" if types else "")
    strict = function
    if fact.strict:
        strict = _strict_rows(function, implementation.context, () if fact.returns_set else ((None,) * ncolumns,))
    return TableFunction(name, nargs, ncolumns, strict, context=implementation.context)


def _strict_rows(function: Callable[..., Any], context: bool, nothing: tuple[Any, ...]) -> Callable[..., Any]:
    skip = 1 if context else 0

    def rows(*arguments: Any) -> Any:
        return nothing if None in arguments[skip:] else function(*arguments)

    return rows


# ---------------------------------------------------------------- comparisons


def number_column(g: Generator, expr: plan.ColumnRef) -> bool:
    """Whether a numeric column is kept as a number."""
    entry = g.entries.get(expr.entry)
    return isinstance(entry, plan.TableEntry) and not entry.relation.made_elsewhere and numeric.is_native(expr.typmod)


def stored_alike(call: plan.Call) -> bool:
    """True if an = call compares two values of one type by their stored forms."""
    if len(call.arguments) != 2:
        return False
    a, b = call.arguments
    left, right = base_type(a.type), base_type(b.type)
    same = left == right or {left, right} <= INTEGERS or {left, right} <= TEXTS
    return same and call.operator in ("=", "<>") and left not in T.WITHOUT_EQUALITY


INTEGERS = frozenset({T.INT2, T.INT4, T.INT8, T.OID})
TEXTS = frozenset({T.TEXT, T.VARCHAR, T.NAME})


# ---------------------------------------------------------------- columns kept in another form


def lift(g: Generator, expr: plan.ColumnRef, text: str) -> str:
    """A column's value in the form expressions compute with."""
    base = base_type(expr.type)
    if base == T.NUMERIC:
        entry = g.entries.get(expr.entry)
        if isinstance(entry, plan.TableEntry) and (numeric.is_native(expr.typmod) or entry.relation.made_elsewhere):
            scale = numeric.typmod_parts(expr.typmod)[1] if expr.typmod >= 0 else -1
            return f"{g.need(LIFT_NUMERIC)}({text}, {scale})"
        return text
    if base in FOREIGN_FORMS:
        entry = g.entries.get(expr.entry)
        if isinstance(entry, plan.TableEntry) and entry.relation.made_elsewhere and entry.relation.sqlite_schema == "main":
            return f"{g.need(_lift_foreign(base))}({text})"
    return _checked(g, expr, text)


STORAGE_CLASSES = {T.INT2: "integer", T.INT4: "integer", T.INT8: "integer", T.FLOAT4: "real", T.FLOAT8: "real", T.BYTEA: "blob"}
"""What SQLite's typeof() says of a value of the type."""


def checked_class(g: Generator, expr: plan.ColumnRef) -> str:
    """The storage class a column made elsewhere must have but need not (SQLite lets any value stand anywhere); "" if it must."""
    entry = g.entries.get(expr.entry)
    if not isinstance(entry, plan.TableEntry) or not entry.relation.made_elsewhere or entry.relation.sqlite_schema != "main" \
            or entry.relation.kind != "r" or expr.index < 0:
        return ""
    if entry.relation.columns[expr.index].number == entry.relation.rowid_column:
        return ""
    return STORAGE_CLASSES.get(base_type(expr.type), "")


def _checked(g: Generator, expr: plan.ColumnRef, text: str) -> str:
    """The column, or an error for a value of another storage class, which SQLite would compute with as if it were 0."""
    wanted = checked_class(g, expr)
    if not wanted or g.unchecked:
        return text
    entry = g.entries[expr.entry]
    assert isinstance(entry, plan.TableEntry)
    refuse = g.need(_misfit(entry.relation.name, expr.name, type_of(base_type(expr.type)).name))
    return f"(CASE typeof({text}) WHEN '{wanted}' THEN {text} WHEN 'null' THEN NULL ELSE {refuse}({text}) END)"


@cache
def _misfit(table: str, column: str, type_name: str) -> Function:
    def refuse(stored: Stored) -> None:
        error = misfit(type_name, stored)
        raise type(error)(f'{error.message}, in column "{column}" of table "{table}"', table=table, column=column)

    name = blake2b(f"{table}\0{column}\0{type_name}".encode(), digest_size=12).hexdigest()
    return Function(f"pg_misfit_{name}", refuse, 1, True)


def _numeric_lift(stored: Stored, scale: int) -> Stored:
    return stored if isinstance(stored, str) else numeric.numeric_from_number(stored, None if scale < 0 else scale)


LIFT_NUMERIC = Function("pg_lift_numeric", _numeric_lift, 2, True, strict=True)
FOREIGN_FORMS = frozenset({T.BOOL, T.DATE, T.TIME, T.TIMESTAMP, T.TIMESTAMPTZ})


@cache
def _lift_foreign(oid: int) -> Function:
    """A value as another program wrote it, in the stored form of its type (error if it does not fit)."""
    from executor.types.base import Env

    found = codec(oid)
    encode = found.text_encoder(-1, Env())
    env = Env()
    return Function(f"pg_lift_{oid}", lambda stored: found.parse(encode(stored).decode(), -1, env), 1, True, strict=True)


# ---------------------------------------------------------------- casts through text


def convert_text(g: Generator, expr: plan.ConvertText) -> str:
    """A cast through the text form: print as the source type, read as the target."""
    from executor.lower.json_fields import field_integer

    if (integer := field_integer(g, expr)) is not None:
        return integer
    source, target = base_type(expr.argument.type), base_type(expr.type)
    text = value(g, expr.argument)
    if source in (T.TEXT, T.VARCHAR, T.NAME, T.UNKNOWN, T.CSTRING) and target in (T.TEXT, T.VARCHAR):
        return text
    if source in (T.INT2, T.INT4, T.INT8, T.OID) and target in (T.TEXT, T.VARCHAR):
        return f"CAST({text} AS TEXT)"
    return f"{g.need(_text_cast(source, expr.argument.typmod, target, expr.typmod))}({text})"


TEXT_SOURCES = frozenset({T.TEXT, T.VARCHAR, T.NAME})


@cache
def _text_cast(source: int, source_typmod: int, target: int, typmod: int) -> Function:
    printer, reader = codec(source), codec(target)
    is_text = source in TEXT_SOURCES

    def convert(context: Context, stored: Stored) -> Stored:
        if not is_text or stored.__class__ is not str:
            stored = printer.text_encoder(source_typmod, context.env)(stored).decode()
        return reader.parse(stored, typmod, context.env)

    return Function(f"pg_cast_{source}_{source_typmod + 1}_{target}_{typmod + 1}", convert, 1, False, strict=True,
                    context=True)


# ---------------------------------------------------------------- arrays

NATIVE_ELEMENTS = frozenset({T.BOOL, T.INT2, T.INT4, T.INT8, T.OID, T.TEXT, T.VARCHAR, T.NAME, T.UUID, T.DATE, T.TIME,
                             T.TIMESTAMP, T.TIMESTAMPTZ, T.INTERVAL, T.NUMERIC, T.BPCHAR})


def make_array(g: Generator, expr: plan.Array) -> str:
    """ARRAY[...]."""
    texts = [operand(g, expr, e) for e in expr.elements]
    if not texts:
        return "'[]'"
    if expr.nested:
        return f"{g.need(NEST)}({', '.join(texts)})"
    return f"{g.need(_array_maker(plain_type(element_type(expr.type))))}({', '.join(texts)})"


@cache
def _array_maker(element: int) -> Function:
    convert = arrays.to_json(element)

    def make(*elements: Stored) -> str:
        return arrays.dump([None if e is None else convert(e) for e in elements])

    return Function(f"pg_array_{element}", make, -1, True)


def _nest(*elements: Stored) -> str:
    from executor.sqlstates import ArraySubscriptError

    loaded = [arrays.load(e) if e is not None else arrays.Array([], ()) for e in elements]
    if len({a.lengths for a in loaded}) > 1:
        raise ArraySubscriptError("multidimensional arrays must have array expressions with matching dimensions")
    if not loaded[0].items:
        return "[]"
    return arrays.dump([a.items for a in loaded])


NEST = Function("pg_array_nest", _nest, -1, True)


def prints_differently(expr: plan.Relabel) -> bool:
    """True for a cidr that is taken as inet, which leaves the mask of a single host out."""
    return base_type(expr.type) == T.INET and base_type(expr.argument.type) == T.CIDR


@cache
def inet_of_cidr() -> Function:
    """The conversion of such a value."""
    from executor.types import network

    return Function("pg_inet_of_cidr", network.inet_of_cidr, 1, True, strict=True)


VECTORS = frozenset({T.INT2VECTOR, T.OIDVECTOR})
VECTOR = Function("pg_array_of_vector", arrays.array_of_vector, 1, True, strict=True)


def convert_array(g: Generator, expr: plan.ArrayConvert) -> str:
    """A cast of each element: the elements are converted in a subquery over the array."""
    array = value(g, expr.argument)
    if expr.argument.type in VECTORS:
        array = f"{g.need(VECTOR)}({array})"
    element = expr.element
    while isinstance(element, plan.Relabel) and not prints_differently(element):
        element = element.argument
    if isinstance(element, plan.ElementRef):
        return array
    source, target = plain_type(element_type(expr.argument.type)), plain_type(element_type(expr.type))
    name = g.fresh()
    g.placeholders.append(element_value(g, source, f"{name}.value"))
    converted = value(g, expr.element)
    g.placeholders.pop()
    flat = f"{g.need(FLAT)}({array})"
    collect = g.need(array_collector(target))
    return (f"(SELECT {g.need(RESHAPE)}({array}, {collect}({converted} ORDER BY {name}.key)) "
            f"FROM json_each({flat}) AS {name})")


def element_value(g: Generator, element: int, text: str) -> str:
    """A JSON element of an array in stored form."""
    if element in NATIVE_ELEMENTS or element >= FIRST_NUMBER:
        return text
    return f"{g.need(_from_json(element))}({text})"


@cache
def _from_json(element: int) -> Function:
    return Function(f"pg_element_{element}", arrays.from_json(element), 1, True, strict=True)


@cache
def array_collector(element: int) -> Function:
    """An aggregate that collects stored values into an array ([] for no rows)."""
    convert = arrays.to_json(element)

    class Collect:
        def __init__(self) -> None:
            self.items: list[Any] = []

        def step(self, item: Stored) -> None:
            self.items.append(None if item is None else convert(item))

        def final(self) -> str:
            return arrays.dump(self.items)

    return Function(f"pg_collect_{element}", Collect, 1, True, kind="aggregate")


def _flat(array: Stored) -> Stored:
    """The elements of all dimensions as one plain JSON array."""
    if isinstance(array, str) and array[:1] == "[" and array[1:2] != "[":
        return array
    return arrays.dump(list(arrays.flat(arrays.load(array).items)))


def _reshape(like: Stored, flat: Stored) -> Stored:
    if like is None:
        return None
    shape = arrays.load(like)
    items = arrays.load_items(flat)
    return arrays.dump(arrays.nest(items, shape.lengths) if items else [], shape.lowers)


FLAT = Function("pg_array_flat", _flat, 1, True, strict=True)
RESHAPE = Function("pg_array_reshape", _reshape, 2, True)


def _integer_in_array(sought: str, array: str, otherwise: str) -> str:
    """Whether an integer is an element of a stored array of integers, found as text between its brackets and commas.

    Only in the text that executor.types.arrays writes: with blanks, null or lower bounds it is for the general way.
    """
    places = " OR ".join(f"instr({array}, '{before}' || {sought} || '{after}')" for before in "[," for after in ",]")
    return (f"(CASE WHEN {array} NOT GLOB '*[^][0-9,-]*' AND {array} <> '[]' THEN {places} "
            f"WHEN {array} IS NOT NULL THEN {otherwise} END)")


def array_compare(g: Generator, expr: plan.ArrayCompare, filtering: bool = False) -> str:
    """value op ANY/ALL (array)."""
    assert isinstance(expr.compare, plan.Call)
    array = value(g, expr.array)
    element = plain_type(element_type(expr.array.type) or T.TEXT)
    name = g.fresh()
    flat = f"{g.need(FLAT)}({array})"
    if is_simple(expr.array, array):
        flat = f"CASE WHEN substr({array}, 1, 1) = '[' AND substr({array}, 2, 1) <> '[' THEN {array} ELSE {flat} END"
    source = f"json_each({flat}) AS {name}"
    item = element_value(g, element, f"{name}.value")
    if not expr.every and expr.compare.operator == "=" and stored_alike(expr.compare):
        from executor.lower.expressions import equality

        sought = value(g, expr.compare.arguments[0])
        found = f"({sought}{equality(g, expr.value.type)} IN (SELECT {item} FROM {source}))"
        if isinstance(expr.array, plan.ColumnRef) and element in INTEGERS and is_simple(expr.value, sought):
            return _integer_in_array(sought, array, found)
        return found if filtering else f"(CASE WHEN {array} IS NOT NULL THEN {found} END)"
    g.placeholders.append(item)
    test = value(g, expr.compare)
    g.placeholders.pop()
    chosen = "min(r)" if expr.every else "max(r)"
    decided, otherwise = ("0", "1") if expr.every else ("1", "0")
    return (f"(CASE WHEN {array} IS NOT NULL THEN (SELECT CASE WHEN {chosen} = {decided} THEN {decided} "
            f"WHEN count(*) > count(r) THEN NULL ELSE {otherwise} END FROM (SELECT {test} AS r FROM {source})) END)")
