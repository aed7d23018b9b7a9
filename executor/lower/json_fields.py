"""Members of jsonb documents in SQLite: ->> and -> with constant keys, @> with a constant object, and casts to integers.

A jsonb value is stored in canonical form (executor.types.jsontext.dump), so a key occurs once, and strings, integers, true,
false and null are what SQLite's JSON functions say they are. Other numbers and containers are printed in Python, since
SQLite prints them in its own way.
"""

import msgspec

from executor import plan
from executor.bind.statement import LiteralNeeded
from executor.facts.lookup import base_type
from executor.lower import functions
from executor.lower.generator import Generator, string
from executor.lower.scaled import INTEGER_BOUNDS, general, has_column
from executor.types.jsontext import Json, Number, load

FIELD = "jsonb_object_field(jsonb,text)"
FIELD_TEXT = "jsonb_object_field_text(jsonb,text)"
MEMBERS_MAX = 4


class Place(msgspec.Struct, frozen=True):
    """A member of a document, or of a member of it: SQL text of the document, and SQLite's path as a literal."""

    document: str
    path: str

    @property
    def kind(self) -> str:
        """SQL of the member's kind; NULL if there is no such member."""
        return f"json_type({self.document}, {self.path})"

    @property
    def value(self) -> str:
        """SQL of the member's value, for strings and integers."""
        return f"({self.document} ->> {self.path})"


def _constant(expr: plan.Expr) -> object:
    """The value of a constant; one that was lifted is asked for."""
    expr = functions.unlabelled(expr)
    if not isinstance(expr, plan.Const):
        return None
    if expr.lifted is not None:
        raise LiteralNeeded(expr.lifted)
    return expr.value


def _place(g: Generator, expr: plan.Call) -> Place | None:
    """What a call of -> or ->> with plain keys means."""
    if g.plain or not has_column(expr):
        return None
    keys: list[str] = []
    document: plan.Expr = expr
    while isinstance(document, plan.Call) and functions.signature(document.function) in (FIELD, FIELD_TEXT):
        key = _constant(document.arguments[1])
        if not isinstance(key, str) or not (key.isascii() and key.isidentifier()):
            return None
        keys.insert(0, key)
        document = document.arguments[0]
    text = functions.value(g, document)
    return Place(text, string(".".join(["$", *keys]))) if functions.is_simple(document, text) else None


def field_text(g: Generator, expr: plan.Call) -> str | None:
    """->>."""
    place = _place(g, expr)
    if place is None:
        return None
    otherwise = general(g, expr)
    integer = f"CASE typeof({place.value}) WHEN 'integer' THEN CAST({place.value} AS TEXT) ELSE {otherwise} END"
    return (f"(CASE coalesce({place.kind}, 'null') WHEN 'text' THEN {place.value} WHEN 'null' THEN NULL "
            f"WHEN 'integer' THEN {integer} WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE {otherwise} END)")


def field_integer(g: Generator, expr: plan.ConvertText) -> str | None:
    """(... ->> key)::integer. A JSON number that SQLite holds as one and the type can hold; anything else is read as text."""
    argument, bound = functions.unlabelled(expr.argument), INTEGER_BOUNDS.get(base_type(expr.type))
    if not isinstance(argument, plan.Call) or functions.signature(argument.function) != FIELD_TEXT or bound is None:
        return None
    place = _place(g, argument)
    if place is None:
        return None
    x = place.value
    fits = f"typeof({x}) = 'integer'" + (f" AND {x} BETWEEN -{bound} AND {bound - 1}" if bound < 2**63 else "")
    return f"(CASE WHEN {place.kind} = 'integer' AND {fits} THEN {x} ELSE {general(g, expr)} END)"


def contains(g: Generator, expr: plan.Call) -> str | None:
    """@> with a constant object whose values are strings, integers, booleans and nulls."""
    document, wanted = expr.arguments
    if g.plain or not has_column(document) or isinstance(functions.unlabelled(wanted), plan.Param):
        return None
    constant = _constant(wanted)
    whole = load(constant) if isinstance(constant, str) else None
    text = functions.value(g, document)
    if not isinstance(whole, dict) or not 0 < len(whole) <= MEMBERS_MAX or not functions.is_simple(document, text):
        return None
    otherwise = general(g, expr)
    tests = [_test(text, key, value, otherwise) for key, value in whole.items()]
    if any(test is None for test in tests):
        return None
    return f"(CASE WHEN {text} IS NOT NULL THEN coalesce({' AND '.join(map(str, tests))}, 0) END)"


def _test(document: str, key: str, value: Json, otherwise: str) -> str | None:
    """Whether a document has this member; None for a value that is not compared here."""
    if not (key.isascii() and key.isidentifier()):
        return None
    place = Place(document, string(f"$.{key}"))
    if isinstance(value, Number):
        if not value.lstrip("-").isdecimal() or len(value) > 18:
            return None
        return f"(CASE {place.kind} WHEN 'integer' THEN {place.value} = {value} WHEN 'real' THEN {otherwise} ELSE 0 END)"
    if isinstance(value, str):
        return f"({place.kind} = 'text' AND {place.value} = {string(value)})"
    kinds = {None: "null", True: "true", False: "false"}
    return f"({place.kind} = '{kinds[value]}')" if value is None or isinstance(value, bool) else None


CALLS = {FIELD_TEXT: field_text, "jsonb_contains(jsonb,jsonb)": contains}
