"""Type names in SQL to type OIDs and typmods (42704, 22023)."""

from executor.bind.resolve import array_type
from executor.bind.statement import Statement
from executor.catalog import usertypes
from executor.errors import SqlError, not_supported
from executor.facts import lookup
from executor.parse import Node
from executor.sqlstates import InvalidParameterValue, InvalidSchemaName, SyntaxError, UndefinedObject
from executor.types import oids as T

INTERVAL_FULL_RANGE = 0x7FFF
NAME_DATA_MAX = 10485760
BITS_MAX = NAME_DATA_MAX * 8


def resolve(s: Statement, node: Node) -> tuple[int, int]:
    """A TypeName node's (OID, typmod)."""
    names = node.texts("names")
    position = s.position(node)
    if node.take("setof"):
        raise not_supported("SETOF", position=position or None)
    if node.take("pct_type"):
        raise not_supported("%TYPE", position=position or None)
    modifiers = [_modifier(m) for m in node.nodes("typmods")]
    bounds = node.nodes("arrayBounds")
    for bound in bounds:
        bound.take("ival")
    node.finish()
    found = find(s, names)
    if found is None:
        raise UndefinedObject(f'type "{".".join(names)}" does not exist', position=position or None)
    if found.schema != "pg_catalog":
        s.qualified_types.append((node, found.schema, found.name))
    typmod = _typmod(found, modifiers, position)
    oid = found.oid
    if bounds:
        oid = array_type(oid)
        if not oid:
            raise UndefinedObject(f"could not find array type for data type {found.name}", position=position or None)
    return oid, typmod


def find(s: Statement, names: list[str]) -> lookup.Type | None:
    """A type by its (qualified) internal name; 3F000 for a schema that does not exist."""
    name = names[-1]
    if len(names) == 1:
        path: tuple[str, ...] = s.search_path
        if "pg_catalog" not in path:
            path = ("pg_catalog", *path)
    else:
        path = (names[-2],)
        if find_schema(s, names[-2]) is None:
            raise InvalidSchemaName(f'schema "{names[-2]}" does not exist')
    for schema in path:
        number = usertypes.named(s.catalog, schema, name)
        if number is not None:
            return lookup.type_at(number)
    return None


def find_schema(s: Statement, name: str) -> str | None:
    """A schema's name if there is one of this name."""
    if name in ("pg_catalog", "information_schema", "pg_temp", "pg_toast") or name in s.catalog.schemas_by_name:
        return name
    return None


def _modifier(node: Node) -> int | str:
    """One type modifier: an integer, or a word."""
    if node.kind == "A_Const":
        for field in ("ival", "sval", "fval"):
            if (value := node.take(field)) is not None:
                inner = value.take(field, 0 if field == "ival" else "")
                node.finish()
                return inner  # type: ignore[no-any-return]
    if node.kind == "ColumnRef":
        return ".".join(node.texts("fields"))
    raise SyntaxError("type modifiers must be simple constants or identifiers")


def _typmod(found: lookup.Type, modifiers: list[int | str], position: int) -> int:
    if not modifiers:
        return -1
    handler = TYPMOD.get(found.oid)
    if handler is None:
        raise SyntaxError(f'type modifier is not allowed for type "{found.name}"', position=position or None)
    numbers = []
    for modifier in modifiers:
        if not isinstance(modifier, int):
            raise InvalidParameterValue(f'invalid input syntax for type integer: "{modifier}"', position=position or None)
        numbers.append(modifier)
    try:
        return handler(found, numbers)
    except SqlError as error:
        raise error.at(position or None) from None


def _length(found: lookup.Type, numbers: list[int]) -> int:
    label = {T.BPCHAR: "char", T.VARCHAR: "varchar"}[found.oid]
    if len(numbers) != 1:
        raise InvalidParameterValue("invalid type modifier")
    if numbers[0] < 1:
        raise InvalidParameterValue(f"length for type {label} must be at least 1")
    if numbers[0] > NAME_DATA_MAX:
        raise InvalidParameterValue(f"length for type {label} cannot exceed {NAME_DATA_MAX}")
    return numbers[0] + 4


def _numeric(found: lookup.Type, numbers: list[int]) -> int:
    if len(numbers) not in (1, 2):
        raise InvalidParameterValue("invalid NUMERIC type modifier")
    precision, scale = numbers[0], numbers[1] if len(numbers) == 2 else 0
    if not 1 <= precision <= 1000:
        raise InvalidParameterValue(f"NUMERIC precision {precision} must be between 1 and 1000")
    if not -1000 <= scale <= 1000:
        raise InvalidParameterValue(f"NUMERIC scale {scale} must be between -1000 and 1000")
    return (precision << 16 | scale & 0x7FF) + 4


def _fraction(found: lookup.Type, numbers: list[int]) -> int:
    if len(numbers) != 1:
        raise InvalidParameterValue("invalid type modifier")
    name = {T.TIME: "TIME", T.TIMETZ: "TIME", T.TIMESTAMP: "TIMESTAMP", T.TIMESTAMPTZ: "TIMESTAMP"}[found.oid]
    zone = " WITH TIME ZONE" if found.oid in (T.TIMETZ, T.TIMESTAMPTZ) else ""
    if numbers[0] < 0:
        raise InvalidParameterValue(f"{name}({numbers[0]}){zone} precision must not be negative")
    return min(numbers[0], 6)


def _interval(found: lookup.Type, numbers: list[int]) -> int:
    fields = numbers[0]
    precision = numbers[1] if len(numbers) == 2 else 0xFFFF
    if precision < 0:
        raise InvalidParameterValue(f"INTERVAL({precision}) precision must not be negative")
    if precision != 0xFFFF:
        precision = min(precision, 6)
    return (fields & 0x7FFF) << 16 | precision & 0xFFFF


def _bits(found: lookup.Type, numbers: list[int]) -> int:
    label = {T.BIT: "bit", T.VARBIT: "varbit"}[found.oid]
    if len(numbers) != 1:
        raise InvalidParameterValue("invalid type modifier")
    if numbers[0] < 1:
        raise InvalidParameterValue(f"length for type {label} must be at least 1")
    if numbers[0] > BITS_MAX:
        raise InvalidParameterValue(f"length for type {label} cannot exceed {BITS_MAX}")
    return numbers[0]


TYPMOD = {
    T.BPCHAR: _length, T.VARCHAR: _length, T.NUMERIC: _numeric, T.TIME: _fraction, T.TIMETZ: _fraction,
    T.TIMESTAMP: _fraction, T.TIMESTAMPTZ: _fraction, T.INTERVAL: _interval, T.BIT: _bits, T.VARBIT: _bits,
}  # fmt: skip
