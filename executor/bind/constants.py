"""Literals."""

from executor.bind.coerce import literal
from executor.bind.scope import Scope
from executor.bind.statement import Statement
from executor.parse import DIGITS_MAX, HEX_DIGITS_MAX, Node
from executor.plan import Const, Expr
from executor.sqlstates import InvalidTextRepresentation, NumericValueOutOfRange
from executor.types import oids as T


def constant(s: Statement, scope: Scope, node: Node) -> Expr:
    """A literal: a text of a type that is still unknown, a number, a bit string, a truth value, NULL."""
    position = s.position(node)
    lifted = s.lifted.get(node.location)
    if node.take("isnull"):
        return Const(type=T.UNKNOWN, value=None, position=position)
    if (value := node.take("sval")) is not None:
        return _lift(s, lifted, Const(type=T.UNKNOWN, value=value.take("sval", ""), position=position, lifted=lifted))
    if (value := node.take("ival")) is not None:
        return _lift(s, lifted, Const(type=T.INT4, value=value.take("ival", 0), position=position, lifted=lifted))
    if (value := node.take("boolval")) is not None:
        return Const(type=T.BOOL, value=int(value.take("boolval", False)), position=position)
    if (value := node.take("bsval")) is not None:
        return _bits(s, value.take("bsval"), position)
    return number(s, node.take("fval").take("fval"), position, lifted)


def _lift(s: Statement, lifted: int | None, const: Const) -> Const:
    if lifted is not None:
        s.lifted_used.add(lifted)
    return const


def number(s: Statement, text: str, position: int, lifted: int | None) -> Expr:
    """A numeric literal beyond int4: int8 if it fits, else numeric."""
    digits = text.replace("_", "")
    if len(digits) > DIGITS_MAX or (digits[1:2] in ("x", "X") and len(digits) > HEX_DIGITS_MAX):
        raise NumericValueOutOfRange("value overflows numeric format", position=position or None)
    if digits.lower().startswith(("0x", "0o", "0b")):
        value = int(digits, 0)
        if -(2**63) <= value < 2**63:
            return Const(type=T.INT8, value=value, position=position)
        digits = str(value)
    if digits.isdigit() or (digits[:1] == "-" and digits[1:].isdigit()):
        value = int(digits)
        if -(2**31) <= value < 2**31:
            return _lift(s, lifted, Const(type=T.INT4, value=value, position=position, lifted=lifted))
        if -(2**63) <= value < 2**63:
            return _lift(s, lifted, Const(type=T.INT8, value=value, position=position, lifted=lifted))
    found = literal(s, Const(type=T.UNKNOWN, value=digits, position=position), T.NUMERIC)
    return _lift(s, lifted, Const(type=T.NUMERIC, value=found.value, position=position, lifted=lifted))


def _bits(s: Statement, text: str, position: int) -> Expr:
    digits = text[1:]
    if text[0] == "x":
        try:
            digits = "".join(f"{int(c, 16):04b}" for c in digits)
        except ValueError:
            bad = next(c for c in digits if c not in "0123456789abcdefABCDEF")
            raise InvalidTextRepresentation(f'"{bad}" is not a valid hexadecimal digit', position=position or None) from None
    elif bad := digits.strip("01"):
        raise InvalidTextRepresentation(f'"{bad[0]}" is not a valid binary digit', position=position or None)
    return Const(type=T.BIT, value=digits, position=position)
