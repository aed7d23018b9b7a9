"""Names that PostgreSQL makes up (t_pkey, t_a_b_idx, t_a_seq ...), and the names objects have in SQLite.

PostgreSQL's rule: at most 63 bytes, the longer of the two parts is cut first, digits are appended until the name is
free.
"""

from collections.abc import Callable, Iterable

from executor.catalog.model import Catalog
from executor.catalog.naming import NAME_BYTES_MAX, free_name
from executor.ddl.base import TEMPORARY
from executor.ddl.objects import constraint_names, relation_names
from executor.errors import not_supported
from executor.parse import Node


def clipped(name: str, size: int = NAME_BYTES_MAX) -> str:
    """A name cut to at most `size` bytes of UTF-8, never inside a character."""
    encoded = name.encode()
    return name if len(encoded) <= size else encoded[:size].decode(errors="ignore")


def choose_relation_name(
    catalog: Catalog,
    schema: str,
    first: str,
    second: str,
    label: str,
    *,
    constraint: bool = False,
    also: Iterable[str] = (),
) -> str:
    """A free name for an index or sequence. constraint: it must be free among constraints too."""
    taken = relation_names(catalog, schema) | set(also)
    if constraint:
        taken |= constraint_names(catalog, schema)
    return free_name(first, second, label, taken)


def choose_constraint_name(
    catalog: Catalog, schema: str, first: str, second: str, label: str, also: Iterable[str] = ()
) -> str:
    """A free name for a constraint that has no index."""
    return free_name(first, second, label, constraint_names(catalog, schema) | set(also))


def joined_columns(columns: Iterable[str]) -> str:
    """The part of a made-up name that comes from column names, cut as PostgreSQL cuts it."""
    text = ""
    for column in columns:
        text = f"{text}_{clipped(column)}" if text else clipped(column)
        if len(text.encode()) >= NAME_BYTES_MAX + 1:
            break
    return text


def index_column_names(keys: Iterable[str]) -> list[str]:
    """Names of an index's columns, made unique by digits."""
    found: list[str] = []
    for key in keys:
        name, number = key, 0
        while name in found:
            number += 1
            name = clipped(key, NAME_BYTES_MAX - len(str(number))) + str(number)
        found.append(name)
    return found


_FIXED_NAMES = {
    "CoalesceExpr": "coalesce", "A_ArrayExpr": "array", "RowExpr": "row", "XmlSerialize": "xmlserialize",
    "GroupingFunc": "grouping", "JsonObjectConstructor": "json_object", "JsonArrayConstructor": "json_array",
}  # fmt: skip


def expression_name(node: Node) -> str:
    """What an index column made of this expression is called (PostgreSQL's FigureIndexColname)."""
    return _figure(node)[0] or "expr"


def _figure(node: Node) -> tuple[str, int]:
    """(name, strength): 2 for a good name, 1 for a type's name, 0 for none."""
    maker = _FIGURES.get(node.kind)
    if maker is not None:
        return maker(node)
    fixed = _FIXED_NAMES.get(node.kind)
    return (fixed, 2) if fixed else ("", 0)


def _of_column(node: Node) -> tuple[str, int]:
    strings = [field.text for field in node.peek("fields") if field.kind == "String"]
    return (strings[-1], 2) if strings else ("", 0)


def _of_indirection(node: Node) -> tuple[str, int]:
    strings = [step.text for step in node.peek("indirection") if step.kind == "String"]
    return (strings[-1], 2) if strings else _figure(node.peek("arg"))


def _of_cast(node: Node) -> tuple[str, int]:
    name, strength = _figure(node.peek("arg"))
    if strength > 1:
        return name, strength
    return node.peek("typeName").peek("names")[-1].text, 1


def _of_case(node: Node) -> tuple[str, int]:
    otherwise = node.peek("defresult")
    name, strength = _figure(otherwise) if otherwise is not None else ("", 0)
    return (name, strength) if strength > 1 else ("case", 1)


_FIGURES: dict[str, Callable[[Node], tuple[str, int]]] = {
    "ColumnRef": _of_column,
    "A_Indirection": _of_indirection,
    "FuncCall": lambda node: (node.peek("funcname")[-1].text, 2),
    "TypeCast": _of_cast,
    "CollateClause": lambda node: _figure(node.peek("arg")),
    "CaseExpr": _of_case,
    "MinMaxExpr": lambda node: ("least" if node.peek("op") == "IS_LEAST" else "greatest", 2),
    "SQLValueFunction": lambda node: (node.peek("op").removeprefix("SVFOP_").removesuffix("_N").lower(), 2),
    "A_Expr": lambda node: ("nullif", 2) if node.peek("kind") == "AEXPR_NULLIF" else ("", 0),
}


def sqlite_name(catalog: Catalog, schema: str, name: str, *, skip: int = 0) -> str:
    """The name of a new table or index in the SQLite file. skip: OID of the object that is being renamed.

    SQLite compares names without regard to case and keeps all schemas in one, so what PostgreSQL holds apart can
    collide: 0A000.
    """
    # Also in SQLite's own schema temp: no unqualified name of the file's tables may mean a temporary one.
    made = name if schema == "public" else f"{schema}.{name}"
    folded = made.lower()
    if folded.startswith(("sqlite_", "pgquill_")):
        raise not_supported(f'the name "{made}" (names beginning with "{folded.split("_")[0]}_" are reserved)')
    if "\0" in made:
        raise not_supported("a NUL character in a name")
    if schema == "public" and "." in name and name.split(".")[0] in catalog.schemas_by_name:
        raise not_supported(f'the table name "{name}" beside the schema "{name.split(".")[0]}"')
    home = "temp" if schema == TEMPORARY else "main"
    for relation in catalog.relations:
        if relation.sqlite_schema != home:
            continue
        taken = [(relation.oid, relation.sqlite_name)] if relation.sqlite_name else []
        taken += [(index.oid, index.sqlite_name) for index in relation.indexes]
        for oid, other in taken:
            if oid != skip and other.lower() == folded:
                raise not_supported(
                    f'the name "{made}" beside "{other}" (SQLite does not tell upper from lower case in names)'
                )
    return made
