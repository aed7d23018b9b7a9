"""Functions that SQL writes in a syntax of their own: EXTRACT(year FROM x), x AT TIME ZONE y, TRIM(BOTH FROM x) ...

One row for each: the pieces of text around the arguments, which are named by their places; a piece may depend on how
many arguments there are. `(0)` stands for an operand, which the pretty form puts in parentheses where it must.
"""

from collections.abc import Callable

from executor.deparse.printer import Printer
from executor.plan import Call, Const, Expr

Pieces = tuple[str | int | tuple[int], ...]

FORMS: dict[tuple[str, int], Pieces] = {
    ("timezone", 2): ("(", (1,), " AT TIME ZONE ", (0,), ")"),
    ("timezone", 1): ("(", (0,), " AT LOCAL)"),
    ("overlaps", 4): ("((", 0, ", ", 1, ") OVERLAPS (", 2, ", ", 3, "))"),
    ("is_normalized", 1): ("(", (0,), " IS NORMALIZED)"),
    ("pg_collation_for", 1): ("COLLATION FOR (", 0, ")"),
    ("normalize", 1): ("NORMALIZE(", 0, ")"),
    ("overlay", 3): ("OVERLAY(", 0, " PLACING ", 1, " FROM ", 2, ")"),
    ("overlay", 4): ("OVERLAY(", 0, " PLACING ", 1, " FROM ", 2, " FOR ", 3, ")"),
    ("position", 2): ("POSITION((", 1, ") IN (", 0, "))"),
    ("btrim", 1): ("TRIM(BOTH FROM ", 0, ")"),
    ("btrim", 2): ("TRIM(BOTH ", 1, " FROM ", 0, ")"),
    ("ltrim", 1): ("TRIM(LEADING FROM ", 0, ")"),
    ("ltrim", 2): ("TRIM(LEADING ", 1, " FROM ", 0, ")"),
    ("rtrim", 1): ("TRIM(TRAILING FROM ", 0, ")"),
    ("rtrim", 2): ("TRIM(TRAILING ", 1, " FROM ", 0, ")"),
    ("xmlexists", 2): ("XMLEXISTS((", 0, ") PASSING (", 1, "))"),
    ("system_user", 0): ("SYSTEM_USER",),
}  # fmt: skip
SUBSTRING: dict[tuple[str, ...], Pieces] = {
    ("int4",): ("SUBSTRING(", 0, " FROM ", 1, ")"),
    ("int4", "int4"): ("SUBSTRING(", 0, " FROM ", 1, " FOR ", 2, ")"),
    ("text", "text"): ("SUBSTRING(", 0, " SIMILAR ", 1, " ESCAPE ", 2, ")"),
}


def sql_syntax(p: Printer, node: Call) -> bool:
    """Print a call in its own syntax; False if it has none after all."""
    arguments = node.arguments if node.written is None else tuple(node.arguments[i] for i, _ in node.written)
    special = SPECIAL.get((node.function.name, len(arguments)))
    pieces = special(node) if special else FORMS.get((node.function.name, len(arguments)))
    if pieces is None:
        return False
    for piece in pieces:
        if isinstance(piece, str):
            p.put(piece)
        elif isinstance(piece, int):
            p.expr(arguments[piece])
        else:
            p.paren(arguments[piece[0]], False, node)
    return True


def _word(argument: Expr) -> str:
    return str(argument.value) if isinstance(argument, Const) else ""


def _extract(node: Call) -> Pieces:
    return (f"EXTRACT({_word(node.arguments[0])} FROM ", 1, ")")


def _is_normalized(node: Call) -> Pieces:
    return ("(", (0,), f" IS {_word(node.arguments[1])} NORMALIZED)")


def _normalize(node: Call) -> Pieces:
    return ("NORMALIZE(", 0, f", {_word(node.arguments[1])})")


def _substring(node: Call) -> Pieces | None:
    names = node.function.signature.removeprefix("substring(").removesuffix(")").split(",")
    return SUBSTRING.get(tuple(names[1:]))


SPECIAL: dict[tuple[str, int], Callable[[Call], Pieces | None]] = {
    ("extract", 2): _extract, ("is_normalized", 2): _is_normalized, ("normalize", 2): _normalize,
    ("substring", 2): _substring, ("substring", 3): _substring,
}
