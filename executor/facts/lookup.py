"""The facts the binder searches: types, functions, operators and casts of PostgreSQL, by OID and by name.

Everything here is built once, at first use, from executor.facts and never changes, but for the types that users make:
executor.types.made adds those, under numbers of their own.
"""

import re
from functools import cache, cached_property
from typing import Any

import msgspec

from executor.facts import table

ARRAY_SUBSCRIPT_HANDLER = 6179
FIXED_SUBSCRIPT_HANDLER = 6180


class Type(msgspec.Struct, frozen=True):
    """A row of pg_type, as far as binding needs it."""

    oid: int
    name: str
    length: int  # bytes; -1 variable
    kind: str  # b base, c composite, d domain, e enum, p pseudo, r range, m multirange
    category: str
    preferred: bool
    delimiter: str
    relation: int
    element: int  # of arrays and other subscriptable types
    array: int
    base: int  # of domains
    base_typmod: int
    collation: int
    subscript: int
    schema: str = "pg_catalog"

    @property
    def is_array(self) -> bool:
        """True for array types, int2vector and oidvector among them (not for name, point, jsonb ...)."""
        return self.element != 0 and self.subscript == ARRAY_SUBSCRIPT_HANDLER

    @property
    def is_fixed_array(self) -> bool:
        """True for types of a fixed number of parts, which subscripts from 0 on reach (name, point, line, lseg, box)."""
        return self.subscript == FIXED_SUBSCRIPT_HANDLER


class Function(msgspec.Struct, frozen=True):
    """A row of pg_proc. `arguments` are the input types in order; `outputs` the OUT and TABLE columns."""

    oid: int
    name: str
    kind: str  # f function, p procedure, a aggregate, w window
    strict: bool
    returns_set: bool
    volatility: str  # i, s, v
    result: int
    arguments: tuple[int, ...]
    variadic: int  # element type of the VARIADIC argument, 0 if none
    defaults: tuple[str, ...]  # SQL text of the last arguments' defaults
    argument_names: tuple[str, ...]  # of the input arguments; empty strings where unnamed
    outputs: tuple[tuple[str, int], ...]
    source: str
    schema: str = "pg_catalog"

    @property
    def signature(self) -> str:
        """How executor.builtins names this function: "int4pl(int4,int4)"."""
        types = types_by_oid()
        return f"{self.name}({','.join(types[oid].name for oid in self.arguments)})"


class Operator(msgspec.Struct, frozen=True):
    """A row of pg_operator; `left` is 0 for a prefix operator."""

    oid: int
    name: str
    left: int
    right: int
    result: int
    commutator: int
    negator: int
    function: int


class Cast(msgspec.Struct, frozen=True):
    """A row of pg_cast. context: i implicit, a assignment, e explicit. method: f function, b binary, i text I/O."""

    source: int
    target: int
    function: int
    context: str
    method: str


class Aggregate(msgspec.Struct, frozen=True):
    """A row of pg_aggregate. kind: n normal, o ordered-set, h hypothetical-set."""

    function: int
    kind: str
    direct_arguments: int


@cache
def schemas() -> dict[int, str]:
    """The built-in schemas by OID."""
    return dict(table("pg_namespace").select("oid", "nspname"))


@cache
def types_by_oid() -> dict[int, Type]:
    """Every built-in type."""
    rows = table("pg_type").select(
        "oid", "typname", "typlen", "typtype", "typcategory", "typispreferred", "typdelim", "typrelid", "typelem",
        "typarray", "typbasetype", "typtypmod", "typcollation", "typsubscript", "typnamespace")
    make: Any = Type
    return {row[0]: make(*row[:5], bool(row[5]), *row[6:14], schemas()[row[14]]) for row in rows}


_made: dict[int, Type] = {}


def add_type(made: Type) -> None:
    """Make a user's type known under its number (see executor.types.made)."""
    _made[made.oid] = made


def type_at(number: int) -> Type | None:
    """The type of this number: a built-in type's OID, or the number of a user's type."""
    return types_by_oid().get(number) or _made.get(number)


def base_type(number: int) -> int:
    """The type itself, or the one under a domain."""
    while (found := type_at(number)) is not None and found.kind == "d":
        number = found.base
    return number


@cache
def types_by_name() -> dict[str, Type]:
    """The types of pg_catalog by their pg_type name ("int4", "_text")."""
    return {t.name: t for t in types_by_oid().values() if t.schema == "pg_catalog"}


_DEFAULT = re.compile(r"(?:^|, )(?:VARIADIC |INOUT |IN )?[^,]*? DEFAULT ((?:'(?:[^']|'')*'|[^,'])*)")


def _defaults(arguments: str, count: int) -> tuple[str, ...]:
    """The default expressions in pg_get_function_arguments' text."""
    found = tuple(match.group(1).strip() for match in _DEFAULT.finditer(arguments)) if count else ()
    assert len(found) == count, arguments
    return found


def _function(row: tuple[Any, ...]) -> Function:
    (oid, name, kind, strict, returns_set, volatility, result, arguments, variadic, defaults, count, every, modes,
     names, source, schema) = row
    types = msgspec.json.decode(arguments, type=tuple[int, ...]) if arguments != "[]" else ()
    labels: list[str] = msgspec.json.decode(names) if names else []
    outputs: list[tuple[str, int]] = []
    inputs = [""] * len(types)
    if modes and every:
        at = 0
        for i, (mode, type_oid) in enumerate(zip(msgspec.json.decode(modes), msgspec.json.decode(every), strict=True)):
            label = labels[i] if labels else ""
            if mode in "iv" or mode == "b":
                inputs[at] = label
                at += 1
            if mode in "otb":
                outputs.append((label, type_oid))
    elif labels:
        inputs = labels
    return Function(oid, name, kind, bool(strict), bool(returns_set), volatility, result, types, variadic,
                    _defaults(defaults, count), tuple(inputs), tuple(outputs), source, schemas()[schema])


@cache
def functions_by_oid() -> dict[int, Function]:
    """Every built-in function, aggregate and window function."""
    rows = table("pg_proc").select(
        "oid", "proname", "prokind", "proisstrict", "proretset", "provolatile", "prorettype", "proargtypes",
        "provariadic", "proargdefaults", "pronargdefaults", "proallargtypes", "proargmodes", "proargnames", "prosrc",
        "pronamespace")
    return {row[0]: _function(row) for row in rows}


@cache
def functions_in(schema: str) -> dict[str, tuple[Function, ...]]:
    """The overloads of each name in pg_catalog or information_schema; nothing for another schema."""
    found: dict[str, list[Function]] = {}
    for function in functions_by_oid().values():
        if function.schema == schema:
            found.setdefault(function.name, []).append(function)
    return {name: tuple(overloads) for name, overloads in found.items()}


def functions_by_name() -> dict[str, tuple[Function, ...]]:
    """The overloads of each name in pg_catalog."""
    return functions_in("pg_catalog")


@cache
def operators_by_oid() -> dict[int, Operator]:
    """Every built-in operator."""
    rows = table("pg_operator").select(
        "oid", "oprname", "oprleft", "oprright", "oprresult", "oprcom", "oprnegate", "oprcode")
    return {row[0]: Operator(*row) for row in rows}


@cache
def operators_by_name() -> dict[str, tuple[Operator, ...]]:
    """The overloads of each operator name."""
    found: dict[str, list[Operator]] = {}
    for operator in operators_by_oid().values():
        found.setdefault(operator.name, []).append(operator)
    return {name: tuple(overloads) for name, overloads in found.items()}


@cache
def range_types() -> dict[int, tuple[int, int]]:
    """The built-in range types: OID -> (OID of the bounds' type, OID of the multirange type)."""
    return {row[0]: row[1:] for row in table("pg_range").select("rngtypid", "rngsubtype", "rngmultitypid")}


@cache
def multirange_types() -> dict[int, int]:
    """The built-in multirange types: OID -> OID of the type of their ranges."""
    return {multirange: oid for oid, (_, multirange) in range_types().items()}


_made_ranges: dict[int, tuple[int, int]] = {}
_made_multiranges: dict[int, int] = {}


def add_range(number: int, element: int, multirange: int) -> None:
    """Make known what a user's range type is over, and the multirange type over it (see executor.types.made)."""
    _made_ranges[number] = element, multirange
    _made_multiranges[multirange] = number


def range_parts(number: int) -> tuple[int, int]:
    """(type of the bounds, multirange type) of a range type, built in or not; (0, 0) for other types."""
    return range_types().get(number) or _made_ranges.get(number, (0, 0))


def range_inside(number: int) -> int:
    """The range type of a multirange type, built in or not; 0 for other types."""
    return multirange_types().get(number) or _made_multiranges.get(number, 0)


@cache
def casts() -> dict[tuple[int, int], Cast]:
    """The built-in casts by (source, target)."""
    rows = table("pg_cast").select("castsource", "casttarget", "castfunc", "castcontext", "castmethod")
    return {row[:2]: Cast(*row) for row in rows}


@cache
def aggregates() -> dict[int, Aggregate]:
    """Aggregate facts by function OID."""
    return {row[0]: Aggregate(*row) for row in table("pg_aggregate").select("aggfnoid", "aggkind", "aggnumdirectargs")}


class _OperatorClasses:
    """Which operators btree uses to compare a type's values."""

    @cached_property
    def btree(self) -> dict[tuple[int, int], int]:
        """(type OID, strategy 1..5 for < <= = >= >) -> operator OID, for same-type operators of btree families."""
        families = {oid for oid, method in table("pg_opfamily").select("oid", "opfmethod") if method == 403}
        default = {(row[0], row[1]) for row in table("pg_opclass").select(
            "opcfamily", "opcintype", "opcdefault", "opcmethod") if row[2] and row[3] == 403}
        rows = table("pg_amop").select("amopfamily", "amoplefttype", "amoprighttype", "amopstrategy", "amopopr")
        return {(left, strategy): operator for family, left, right, strategy, operator in rows
                if family in families and left == right and (family, left) in default}

    @cached_property
    def sorting(self) -> frozenset[int]:
        """The < and > operators of all btree families: those that ORDER BY USING takes."""
        families = {oid for oid, method in table("pg_opfamily").select("oid", "opfmethod") if method == 403}
        rows = table("pg_amop").select("amopfamily", "amopstrategy", "amopopr")
        return frozenset(operator for family, strategy, operator in rows if family in families and strategy in (1, 5))


operator_classes = _OperatorClasses()


def operator_by_signature(name: str, left: int, right: int) -> Operator | None:
    """The operator with exactly these operand types."""
    return _operator_signatures().get((name, left, right))


@cache
def _operator_signatures() -> dict[tuple[str, int, int], Operator]:
    return {(o.name, o.left, o.right): o for o in operators_by_oid().values()}
