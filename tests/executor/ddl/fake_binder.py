"""A stand-in for executor.bind.service that knows just enough for DDL tests.

Columns, literals, simple operators and functions.
"""

from dataclasses import dataclass
from typing import Any

from executor.catalog.model import Column, Relation
from executor.facts.lookup import casts, types_by_name, types_by_oid
from executor.parse import Node, expression_text, parse_expression, statement_text, wrap
from executor.sqlstates import (
    DatatypeMismatch,
    FeatureNotSupported,
    UndefinedColumn,
    UndefinedFunction,
    UndefinedObject,
)

BOOL, INT4, INT8, TEXT, NUMERIC, UNKNOWN = 16, 23, 20, 25, 1700, 705
NATIVE = {"lower": TEXT, "upper": TEXT, "length": INT4, "abs": INT4, "coalesce": INT4}
PYTHON = {"initcap": ("i", TEXT), "random": ("v", 701), "now": ("s", 1184), "nextval": ("v", INT8)}
PRINTED = {
    "varchar": "character varying",
    "int4": "integer",
    "int8": "bigint",
    "int2": "smallint",
    "bool": "boolean",
    "bpchar": "character",
    "timestamptz": "timestamp with time zone",
}


@dataclass
class FakeBound:
    sql_pg: str
    sqlite: str
    type: int
    needs: tuple[Any, ...] = ()
    columns: tuple[int, ...] = ()
    volatility: str = "i"


@dataclass
class FakeView:
    columns: tuple[tuple[str, int, int], ...]
    sql_pg: str
    uses: tuple[tuple[int, int], ...]
    not_updatable: str = ""


def nodes(value: Any, kind: str) -> list[dict[str, Any]]:
    """All nodes of a kind in a raw tree."""
    found = []
    if isinstance(value, list):
        for item in value:
            found += nodes(item, kind)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key == kind:
                found.append(inner)
            found += nodes(inner, kind)
    return found


class FakeBinder:
    def __init__(self) -> None:
        self.catalog: Any = None

    def resolve_type(self, node: Node) -> tuple[int, int]:
        names = node.texts("names")
        mods = [m.peek("ival").peek("ival", 0) for m in node.nodes("typmods")]
        bounds = node.nodes("arrayBounds")
        node.take("setof")
        node.finish()
        found = types_by_name().get(names[-1])
        if found is None:
            raise UndefinedObject(f'type "{".".join(names)}" does not exist')
        typmod = -1
        if mods and names[-1] in ("varchar", "bpchar"):
            typmod = mods[0] + 4
        elif mods and names[-1] == "numeric":
            typmod = ((mods[0] << 16) | (mods[1] if len(mods) > 1 else 0)) + 4
        return (found.array if bounds else found.oid), typmod

    def role_exists(self, name: str) -> bool:
        return False

    def type_name(self, oid: int, typmod: int) -> str:
        name = types_by_oid()[oid].name
        return PRINTED.get(name, name)

    def check_expression(
        self, expression: Node | str, relation: Relation, what: str, target: tuple[int, int] | None = None
    ) -> FakeBound:
        node = parse_expression(expression) if isinstance(expression, str) else expression
        text = expression if isinstance(expression, str) else expression_text(node)
        used = []
        for reference in nodes(node.tree, "ColumnRef"):
            name = reference["fields"][-1]["String"]["sval"]
            if name not in relation.by_name:
                raise UndefinedColumn(f'column "{name}" does not exist')
            used.append(relation.by_name[name].number)
        kind = self._type(node, relation)
        if target is not None and target[0] != kind and kind != UNKNOWN:
            cast = casts().get((kind, target[0]))
            if what == "CHECK" or (target[0] not in (TEXT, 1043) and (cast is None or cast.context == "e")):
                if what == "CHECK":
                    raise DatatypeMismatch(
                        f"argument of CHECK must be type {self.type_name(target[0], -1)}, "
                        f"not type {self.type_name(kind, -1)}"
                    )
                raise DatatypeMismatch("cannot coerce")
        needs, volatility = self._needs(node)
        sqlite = text.replace("::text", "").replace("::integer", "").replace("::int", "").replace("::varchar", "")
        return FakeBound(text, sqlite, target[0] if target else kind, needs, tuple(used), volatility)

    def bind_default(self, expression: Node | str, column: Column) -> FakeBound:
        node = parse_expression(expression) if isinstance(expression, str) else expression
        if nodes(node.tree, "ColumnRef"):
            raise FeatureNotSupported("cannot use column reference in DEFAULT expression")
        kind = self._type(node, Relation(oid=1, schema="", name=""))
        if BOOL in (kind, column.type) and kind not in (column.type, UNKNOWN):
            raise DatatypeMismatch(
                f'column "{column.name}" is of type {self.type_name(column.type, -1)} but default expression '
                f"is of type {self.type_name(kind, -1)}",
                hint="You will need to rewrite or cast the expression.",
            )
        return self.check_expression(expression, Relation(oid=1, schema="", name=""), "DEFAULT")

    def _type(self, node: Node, relation: Relation) -> int:
        if node.kind == "A_Const":
            if node.peek("ival") is not None:
                return INT4
            if node.peek("boolval") is not None:
                return BOOL
            return UNKNOWN
        if node.kind == "ColumnRef":
            return relation.by_name[node.peek("fields")[-1].text].type
        if node.kind == "TypeCast":
            return self.resolve_type(wrap(node.tree[node.kind]["typeName"], "typeName"))[0]
        if node.kind in ("BoolExpr", "NullTest"):
            return BOOL
        if node.kind == "FuncCall":
            name = node.peek("funcname")[-1].text
            if name not in NATIVE and name not in PYTHON:
                raise UndefinedFunction(f"function {name}() does not exist")
            return NATIVE[name] if name in NATIVE else PYTHON[name][1]
        if node.kind == "A_Expr":
            operator = node.peek("name")[-1].text
            return BOOL if operator in ("=", "<", ">", "<=", ">=", "<>") else TEXT if operator == "||" else INT4
        return UNKNOWN

    def _needs(self, node: Node) -> tuple[tuple[Any, ...], str]:
        found = [call["funcname"][-1]["String"]["sval"] for call in nodes(node.tree, "FuncCall")]
        python = [name for name in found if name in PYTHON]
        return tuple(python), max((PYTHON[name][0] for name in python), default="i", key="isv".index)

    def bind_view(self, query: Node) -> FakeView:
        tree = query.tree
        columns, uses = [], []
        by_name: dict[str, tuple[Relation, Column]] = {}
        for range_var in nodes(tree, "RangeVar"):
            for relation in self.catalog().relations:
                if relation.name == range_var["relname"]:
                    uses.append((relation.oid, 0))
                    by_name.update({c.name: (relation, c) for c in relation.columns})
        for reference in nodes(tree, "ColumnRef"):
            last = reference["fields"][-1]
            if "String" in last and last["String"]["sval"] in by_name:
                relation, column = by_name[last["String"]["sval"]]
                uses.append((relation.oid, column.number))
        for target in tree["SelectStmt"]["targetList"]:
            value = target["ResTarget"]["val"]
            if "ColumnRef" in value and "A_Star" in value["ColumnRef"]["fields"][-1]:
                columns += [(c.name, c.type, c.typmod) for _, c in by_name.values()]
                uses += [(r.oid, c.number) for r, c in by_name.values()]
            elif "ColumnRef" in value:
                _, column = by_name[value["ColumnRef"]["fields"][-1]["String"]["sval"]]
                columns.append((target["ResTarget"].get("name", column.name), column.type, column.typmod))
            else:
                columns.append((target["ResTarget"].get("name", "?column?"), INT4, -1))
        return FakeView(tuple(columns), statement_text(query), tuple(dict.fromkeys(uses)))
