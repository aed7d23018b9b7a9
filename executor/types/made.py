"""Types that users make: enums, domains, ranges, composite types (row types of tables among them), and arrays of them.

In plans a built-in type is its OID. A user's type is a *number* instead, beyond every OID: one number for each
definition that a type has ever had in this process, given out by `number_of`, and the next one for its arrays. So a
number never changes its meaning, and everything that is kept under it (codecs, functions and collations registered on
connections, plans) stays right: a type that is altered gets another number, a transaction that has altered one and
does not commit is alone with its number, and two databases that gave the same OID to different types do not meet.
Equal definitions share a number, whichever database they come from.

OIDs are what clients, DDL and the Catalog speak of. They become numbers where a Catalog's relations, type names and
declared parameters enter a statement (executor.catalog.usertypes), and OIDs again by `oid_of` where types leave it.
"""

import threading
from dataclasses import replace
from functools import cache

import msgspec
from msgspec import structs

from executor.errors import not_supported
from executor.facts.lookup import ARRAY_SUBSCRIPT_HANDLER, Type, add_range, add_type, type_at
from executor.sqlstates import InvalidTextRepresentation
from executor.types import record
from executor.types.arraytext import array_codec
from executor.types.base import Codec, Encoder, Env, Stored, constant, declared, misfit, utf8
from executor.types.oids import RECORD, RECORD_ARRAY

FIRST_NUMBER = 1 << 32
"""OIDs have 32 bits: a number that is sent to a client by mistake fails to be packed."""
ENUM, DOMAIN, COMPOSITE, RANGE, MULTIRANGE = "e", "d", "c", "r", "m"


class Field(msgspec.Struct, frozen=True):
    """A column of a composite type; `type` is a number."""

    name: str
    type: int
    typmod: int = -1


class Check(msgspec.Struct, frozen=True):
    """A domain's CHECK: its expression is SQL over VALUE."""

    name: str
    expression: str


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """All that decides about the meaning of a type's values, and how clients know it.

    kind: e enum, d domain, c composite, r range, m multirange. labels: of an enum, in order. base: the number of what a
    domain, a range or a multirange is over. base_typmod, not_null, checks, default: of a domain. fields: of a composite
    type. relation: OID of a composite type's pg_class row. multirange: of a range, the definition of the multirange type
    over it, but for its base.
    """

    kind: str
    oid: int
    array_oid: int
    schema: str
    name: str
    labels: tuple[str, ...] = ()
    base: int = 0
    base_typmod: int = -1
    not_null: bool = False
    default: str | None = None
    checks: tuple[Check, ...] = ()
    fields: tuple[Field, ...] = ()
    relation: int = 0
    multirange: "Definition | None" = None


_lock = threading.Lock()
_numbers: dict[Definition, int] = {}
_definitions: dict[int, Definition] = {}


def number_of(definition: Definition) -> int:
    """The number that stands for this definition; the next one stands for its array type."""
    found = _numbers.get(definition)
    return _give_number(definition) if found is None else found


def _give_number(definition: Definition) -> int:
    with _lock:
        return _numbers.get(definition) or _add(definition)


def _add(definition: Definition) -> int:
    number = FIRST_NUMBER + 2 * len(_definitions)
    _definitions[number] = definition
    add_type(_type(number, definition))
    add_type(Type(number + 1, f"_{definition.name}"[:63], -1, "b", "A", False, _delimiter(definition), 0, number, 0, 0,
                  -1, _collation(definition), ARRAY_SUBSCRIPT_HANDLER, definition.schema))
    if definition.multirange is not None:
        add_range(number, definition.base, _add(structs.replace(definition.multirange, base=number)))
    # Last: whoever finds the number without the lock finds all of the above.
    _numbers[definition] = number
    return number


RECORD_NAME = "record"


def row_number(fields: tuple[Field, ...]) -> int:
    """The number of the row type with these columns that has no name: clients see it as `record`."""
    return number_of(Definition(kind=COMPOSITE, oid=RECORD, array_oid=RECORD_ARRAY, schema="pg_catalog", name=RECORD_NAME,
                                fields=fields))


def is_anonymous(number: int) -> bool:
    """True for the types of `row_number`."""
    found = _definitions.get(number)
    return found is not None and found.oid == RECORD


def _type(number: int, d: Definition) -> Type:
    if d.kind == ENUM:
        return Type(number, d.name, 4, "e", "E", False, ",", 0, 0, number + 1, 0, -1, 0, 0, d.schema)
    if d.kind in (RANGE, MULTIRANGE):
        return Type(number, d.name, -1, d.kind, "R", False, ",", 0, 0, number + 1, 0, -1, 0, 0, d.schema)
    if d.kind == COMPOSITE:
        category = "P" if d.oid == RECORD else "C"
        return Type(number, d.name, -1, "c", category, False, ",", d.relation, 0, number + 1, 0, -1, 0, 0, d.schema)
    base = type_at(d.base)
    assert base is not None, d.base
    return Type(number, d.name, base.length, "d", base.category, False, base.delimiter, 0, 0, number + 1, d.base,
                d.base_typmod, base.collation, 0, d.schema)


def _delimiter(d: Definition) -> str:
    base = type_at(d.base) if d.kind == DOMAIN else None
    return base.delimiter if base else ","


def _collation(d: Definition) -> int:
    base = type_at(d.base) if d.kind == DOMAIN else None
    return base.collation if base else 0


def definition_of(number: int) -> Definition | None:
    """The definition of a user's type, None for other types (arrays of users' types among them)."""
    return _definitions.get(number)


def oid_of(number: int) -> int:
    """The OID that clients know a type by."""
    if number < FIRST_NUMBER:
        return number
    found = _definitions.get(number)
    return found.oid if found is not None else _definitions[number - 1].array_oid


def base_typmod(number: int) -> int:
    """The typmod that a domain gives its base type."""
    found = _definitions.get(number)
    while found is not None and found.kind == DOMAIN:
        if found.base_typmod != -1:
            return found.base_typmod
        found = _definitions.get(found.base)
    return -1


def fields_of(number: int) -> tuple[Field, ...] | None:
    """The columns of a composite type, or of a domain over one; None for other types."""
    found = _definitions.get(number)
    while found is not None and found.kind == DOMAIN:
        found = _definitions.get(found.base)
    return found.fields if found is not None and found.kind == COMPOSITE else None


# ---------------------------------------------------------------- codecs


def made_codec(number: int) -> Codec:
    """The codec of a user's type or of arrays of it. executor.types.registry calls this and keeps the result."""
    from executor.types.registry import codec

    found = _definitions.get(number)
    if found is not None:
        return _CODECS[found.kind](number, found)
    element = _definitions.get(number - 1)
    if element is None:
        raise not_supported(f"type with number {number}")
    made = array_codec(number, codec(number - 1), _delimiter(element), f"{element.name}[]")
    return replace(made, wire_oid=element.array_oid, collation=f"pg_array_{number}",
                   declare=declared(f'"{_WORDS[element.kind]}[]" TEXT'))


def _enum(number: int, d: Definition) -> Codec:
    ranks = {label: rank for rank, label in enumerate(d.labels)}
    encoded = {label: label.encode() for label in d.labels}

    def parse(text: str, typmod: int, env: Env) -> Stored:
        if text not in ranks:
            raise InvalidTextRepresentation(f'invalid input value for enum {d.name}: "{text}"')
        return text

    def encode(value: Stored) -> bytes:
        found = encoded.get(value)  # type: ignore[arg-type]
        if found is None:
            raise misfit(f"enum {d.name}", value)
        return found

    def compare(a: str, b: str) -> int:
        try:
            return ranks[a] - ranks[b]
        except KeyError as error:
            raise misfit(f"enum {d.name}", error.args[0]) from None

    return Codec(number, parse, constant(encode), lambda data, typmod, env: parse(utf8(data), typmod, env),
                 constant(encode), declared("enum TEXT"), f"pg_enum_{number}", compare, equal_as_stored=True, wire_oid=d.oid)


def _domain(number: int, d: Definition) -> Codec:
    """A domain's values are those of its base. Its constraints are checked by the plan (executor.bind.domains)."""
    from executor.types.registry import codec

    base = codec(d.base)

    def parse(text: str, typmod: int, env: Env) -> Stored:
        return base.parse(text, d.base_typmod, env)

    def receive(data: bytes, typmod: int, env: Env) -> Stored:
        return base.receive(data, d.base_typmod, env)

    def text_encoder(typmod: int, env: Env) -> Encoder:
        return base.text_encoder(d.base_typmod, env)

    def binary_encoder(typmod: int, env: Env) -> Encoder:
        return base.binary_encoder(d.base_typmod, env)

    return replace(base, parse=parse, receive=receive, text_encoder=text_encoder, binary_encoder=binary_encoder,
                   declare=lambda typmod: base.declare(d.base_typmod), wire_oid=d.oid)


def _composite(number: int, d: Definition) -> Codec:
    from executor.types.registry import codec

    fields = [record.Field(f.name, codec(f.type), f.typmod) for f in d.fields]
    made = record.record_codec(number, fields, d.name)
    if d.oid == RECORD:
        made = replace(made, parse=record.no_input, receive=record.no_input)
    return replace(made, wire_oid=d.oid, collation=f"pg_row_{number}", declare=declared("composite TEXT"))


def _range(number: int, d: Definition) -> Codec:
    from executor.types.ranges import range_codec

    return replace(range_codec(number), wire_oid=d.oid, collation=f"pg_range_{number}", declare=declared("range TEXT"))


def _multirange(number: int, d: Definition) -> Codec:
    from executor.types.multiranges import multirange_codec

    return replace(multirange_codec(number), wire_oid=d.oid, collation=f"pg_multirange_{number}",
                   declare=declared("multirange TEXT"))


# Not the type's name: a name with "int" in it would give the column INTEGER affinity, and names change.
_WORDS = {ENUM: "enum", DOMAIN: "domain", COMPOSITE: "composite", RANGE: "range", MULTIRANGE: "multirange"}
_CODECS = {ENUM: _enum, DOMAIN: _domain, COMPOSITE: _composite, RANGE: _range, MULTIRANGE: _multirange}


@cache
def is_constrained(number: int) -> bool:
    """True if values of the type have to satisfy a domain's constraints, in whole or in part."""
    if number < FIRST_NUMBER:
        return False
    found = _definitions.get(number)
    if found is None:
        return is_constrained(number - 1)
    if found.kind == DOMAIN:
        return found.not_null or bool(found.checks) or is_constrained(found.base)
    return any(is_constrained(f.type) for f in found.fields)


@cache
def contains_domain(number: int) -> bool:
    """True if values of the type have a domain's values inside, so that reading one from text is not enough."""
    if number < FIRST_NUMBER:
        return False
    found = _definitions.get(number)
    if found is None:
        return contains_domain(number - 1)
    if found.kind == DOMAIN:
        return True
    return any(contains_domain(f.type) for f in found.fields)
