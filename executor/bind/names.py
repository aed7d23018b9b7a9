"""The names that PostgreSQL gives output columns without AS."""

from collections.abc import Callable

from executor.parse import Node


def figure_name(node: Node) -> str:
    """The name PostgreSQL gives an output column without AS."""
    return _figure(node)[0] or "?column?"


def _figure(node: Node | None) -> tuple[str, int]:
    """(name, strength): 2 a good name, 1 a type's or CASE's, 0 none."""
    if node is None or node.kind not in NAMES:
        return "", 0
    return NAMES[node.kind](node)


def _last_text(nodes: list[Node]) -> str:
    texts = [n.text for n in nodes if n.kind == "String"]
    return texts[-1] if texts else ""


def _cast_name(node: Node) -> tuple[str, int]:
    name, strength = _figure(node.peek("arg"))
    if strength > 1:
        return name, strength
    names = node.peek("typeName").nodes("names")
    return (_last_text(names), 1) if names else (name, strength)


def _case_name(node: Node) -> tuple[str, int]:
    name, strength = _figure(node.peek("defresult"))
    return (name, strength) if strength > 1 else ("case", 1)


def _sublink_name(node: Node) -> tuple[str, int]:
    kind = node.peek("subLinkType")
    if kind == "EXISTS_SUBLINK":
        return "exists", 2
    if kind == "ARRAY_SUBLINK":
        return "array", 2
    if kind == "EXPR_SUBLINK":
        select = node.peek("subselect")
        while select is not None and select.peek("larg") is not None:
            select = select.peek("larg")
        targets = select.peek("targetList", []) if select is not None else []
        if targets:
            return (targets[0].peek("name"), 2) if targets[0].peek("name") else _figure(targets[0].peek("val"))
        if select is not None and select.peek("valuesLists"):
            return "column1", 2
    return "", 0


def _indirection_name(node: Node) -> tuple[str, int]:
    name = _last_text(node.peek("indirection", []))
    return (name, 2) if name else _figure(node.peek("arg"))


VALUE_NAMES = {"SVFOP_CURRENT_CATALOG": "current_catalog", "SVFOP_CURRENT_ROLE": "current_role", "SVFOP_USER": "user",
               "SVFOP_CURRENT_SCHEMA": "current_schema"}

JSON_NAMES = {"JsonParseExpr": "json", "JsonScalarExpr": "json_scalar", "JsonSerializeExpr": "json_serialize",
              "JsonObjectConstructor": "json_object", "JsonArrayConstructor": "json_array",
              "JsonArrayQueryConstructor": "json_array", "JsonObjectAgg": "json_objectagg", "JsonArrayAgg": "json_arrayagg"}


def _constant_name(name: str) -> Callable[[Node], tuple[str, int]]:
    return lambda node: (name, 2)


NAMES: dict[str, Callable[[Node], tuple[str, int]]] = {
    "ColumnRef": lambda n: (_last_text(n.peek("fields")), 2),
    "A_Indirection": _indirection_name,
    "FuncCall": lambda n: (_last_text(n.peek("funcname")), 2),
    "A_Expr": lambda n: ("nullif", 2) if n.peek("kind") == "AEXPR_NULLIF" else ("", 0),
    "TypeCast": _cast_name,
    "CollateClause": lambda n: _figure(n.peek("arg")),
    "MergeSupportFunc": lambda n: ("merge_action", 2),
    "GroupingFunc": lambda n: ("grouping", 2),
    "SubLink": _sublink_name,
    "XmlExpr": lambda n: ("", 0) if n.peek("op") == "IS_DOCUMENT" else (
        n.peek("op", "IS_XMLCONCAT").removeprefix("IS_").lower(), 2),
    "XmlSerialize": lambda n: ("xmlserialize", 2),
    "JsonFuncExpr": lambda n: (n.peek("op", "JSON_EXISTS_OP").removesuffix("_OP").lower(), 2),
    **{node: _constant_name(name) for node, name in JSON_NAMES.items()},
    "CaseExpr": _case_name,
    "A_ArrayExpr": lambda n: ("array", 2),
    "RowExpr": lambda n: ("row", 2),
    "CoalesceExpr": lambda n: ("coalesce", 2),
    "MinMaxExpr": lambda n: ("greatest" if n.peek("op", "IS_GREATEST") == "IS_GREATEST" else "least", 2),
    "SQLValueFunction": lambda n: (
        VALUE_NAMES.get(n.peek("op")) or n.peek("op").removeprefix("SVFOP_").removesuffix("_N").lower(), 2),
}  # fmt: skip
