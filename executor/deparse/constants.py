"""Constants as literals that are read back with the same type and value."""

from executor.deparse.printer import Printer
from executor.facts.lookup import base_type
from executor.plan import Const
from executor.types import oids as T
from executor.types.registry import codec


def quoted(text: str) -> str:
    """A string literal."""
    return "'" + text.replace("'", "''") + "'"


def constant(p: Printer, const: Const, label: bool | None = None) -> None:
    """Print a constant. label: always (True) or never (False) say its type, None: where it could be taken for another."""
    if const.value is None:
        p.put("NULL" if label is False or const.untyped else f"NULL::{p.type_name(const.type, const.typmod)}")
        return
    base = base_type(const.type)
    text = codec(base).text_encoder(const.typmod, p.env)(const.value).decode()
    literal, needs_label = _literal(const, text)
    p.put(literal)
    if label or (label is None and needs_label):
        p.put(f"::{p.type_name(const.type, const.typmod)}")


def _literal(const: Const, text: str) -> tuple[str, bool]:
    """The literal, and whether it needs its type beside it."""
    if const.type == T.INT4:
        return (quoted(text), True) if text.startswith("-") else (text, False)
    if const.type == T.NUMERIC:
        plain = text[0].isdigit() and any(c in "eE." for c in text)
        return (text, const.typmod >= 0) if plain else (quoted(text), True)
    if const.type == T.BOOL:
        return ("true" if text == "t" else "false"), False
    if const.type in (T.BIT, T.VARBIT):
        return f"B{quoted(text)}", True
    return quoted(text), not (const.untyped or const.type == T.UNKNOWN)
