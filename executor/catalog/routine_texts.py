"""Routines as text: pg_get_functiondef and its parts."""

from executor.catalog.model import Catalog, Column, Relation, Routine
from executor.catalog.quoting import quote_identifier, quote_qualified
from executor.catalog.search_path import shown_schema
from executor.catalog.typenames import format_type
from executor.catalog.usertypes import number

MODES = {"i": "", "o": "OUT ", "b": "INOUT ", "v": "VARIADIC ", "t": ""}
Path = tuple[str, ...]
DEFAULT_COST, DEFAULT_ROWS = 100.0, 1000.0


def type_text(catalog: Catalog, oid: int, path: Path) -> str:
    """A type as the search path needs it."""
    return format_type(oid, None, catalog, path)


def default_text(catalog: Catalog, routine: Routine, index: int, path: Path) -> str | None:
    """The default of an argument (counted from 0 among all), as PostgreSQL prints it."""
    from executor.deparse.stored import default_text as printed

    argument = routine.arguments[index]
    if argument.default is None:
        return None
    column = Column(name=argument.name, number=index + 1, type=number(catalog, argument.type) or argument.type,
                    default=argument.default)
    return printed(catalog, path, Relation(oid=routine.oid, schema=routine.schema, name=routine.name), column)


def arguments_text(catalog: Catalog, routine: Routine, path: Path, *, defaults: bool = True, table: bool = False,
                   outputs: bool = True) -> str:
    """The list of arguments, or with `table` that of the columns of RETURNS TABLE."""
    found = []
    for i, argument in enumerate(routine.arguments):
        if (argument.mode == "t") != table or (argument.mode == "o" and not outputs):
            continue
        name = f"{quote_identifier(argument.name)} " if argument.name else ""
        mode = "IN " if routine.kind == "p" and argument.mode == "i" else MODES[argument.mode]
        text = f"{mode}{name}{type_text(catalog, argument.type, path)}"
        default = default_text(catalog, routine, i, path) if defaults else None
        found.append(text if default is None else f"{text} DEFAULT {default}")
    return ", ".join(found)


def result_text(catalog: Catalog, routine: Routine, path: Path) -> str | None:
    """What it returns; None for a procedure."""
    if routine.kind == "p":
        return None
    if any(a.mode == "t" for a in routine.arguments):
        return f"TABLE({arguments_text(catalog, routine, path, defaults=False, table=True)})"
    text = type_text(catalog, routine.result, path)
    return f"SETOF {text}" if routine.returns_set else text


def body_text(routine: Routine) -> str | None:
    """A body in SQL-standard syntax; None for another."""
    if routine.atomic == "return":
        return f"RETURN {routine.statements[0].removeprefix('SELECT ')}"
    if routine.atomic == "begin":
        return "BEGIN ATOMIC\n" + "".join(f" {statement};\n" for statement in routine.statements) + "END"
    return None


def definition(catalog: Catalog, routine: Routine, path: Path) -> str:
    """CREATE OR REPLACE FUNCTION ..."""
    word = "PROCEDURE" if routine.kind == "p" else "FUNCTION"
    name = quote_qualified(shown_schema(routine.schema), routine.name)
    lines = [f"CREATE OR REPLACE {word} {name}({arguments_text(catalog, routine, path)})"]
    if routine.kind == "f":
        lines.append(f" RETURNS {result_text(catalog, routine, path)}")
    lines.append(f" LANGUAGE {quote_identifier(routine.language)}")
    options = [{"i": "IMMUTABLE", "s": "STABLE", "v": ""}[routine.volatility],
               {"s": "PARALLEL SAFE", "r": "PARALLEL RESTRICTED", "u": ""}[routine.parallel],
               "STRICT" if routine.strict else "", "SECURITY DEFINER" if routine.security_definer else "",
               "LEAKPROOF" if routine.leakproof else "",
               f"COST {routine.cost:g}" if routine.cost not in (0.0, DEFAULT_COST) else "",
               f"ROWS {routine.rows:g}" if routine.rows not in (0.0, DEFAULT_ROWS) else ""]
    if any(options):
        lines.append(" " + " ".join(option for option in options if option))
    for setting, value in routine.settings:
        shown = value if setting == "search_path" else _literal(value)
        lines.append(f" SET {quote_identifier(setting)} TO {shown if shown else _literal(value)}")
    body = body_text(routine)
    if body is not None:
        return "\n".join([*lines, body, ""])
    tag = _tag(routine)
    return "\n".join([*lines, f"AS {tag}{routine.body}{tag}", ""])


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _tag(routine: Routine) -> str:
    """A dollar quote that does not occur in the body."""
    tag = f"${'procedure' if routine.kind == 'p' else 'function'}$"
    while tag in routine.body:
        tag = tag[:-1] + "x$"
    return tag


def proc_values(catalog: Catalog, routine: Routine, path: Path) -> dict[str, object]:
    """The columns of its pg_proc row that say more than the model does."""
    every = routine.arguments
    plain = all(a.mode == "i" for a in every)
    named = any(a.name for a in every)
    last = routine.inputs[-1] if routine.inputs else None
    return {
        "proallargtypes": None if plain else [a.type for a in every], "proargmodes": None if plain else [a.mode for a in every],
        "proargnames": [a.name for a in every] if named else None,
        "provariadic": _element(catalog, last.type) if last is not None and last.mode == "v" else 0,
        "prorows": routine.rows or (DEFAULT_ROWS if routine.returns_set else 0.0), "procost": routine.cost or DEFAULT_COST,
        "proargdefaults": ", ".join(text for i in range(len(every))
                                    if (text := default_text(catalog, routine, i, path)) is not None) or None,
    }


def _element(catalog: Catalog, oid: int) -> int:
    from executor.catalog.routines import ELEMENTS
    from executor.catalog.typenames import find_type

    found = find_type(catalog, oid)
    return ELEMENTS.get(oid) or (found.element if found is not None else 0)


