"""Operators, row comparisons and polymorphic results."""

from collections.abc import Sequence

from executor.bind import resolve
from executor.bind.coerce import coerce, to_common, unify
from executor.bind.polymorphic import Mismatch, made_concrete
from executor.bind.resolve import find_operator
from executor.bind.statement import Statement, type_name
from executor.errors import not_supported
from executor.facts import lookup
from executor.facts.lookup import Function, Operator, base_type
from executor.plan import Call, Expr, Relabel, Row, RowCompare
from executor.sqlstates import (
    AmbiguousFunction,
    FeatureNotSupported,
    IndeterminateDatatype,
    SyntaxError,
    UndefinedFunction,
)
from executor.types import oids as T
from executor.types.made import fields_of, is_anonymous

COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">="})


def operator_for(s: Statement, names: Sequence[str], left: int, right: int, position: int) -> Operator:
    """The operator for these operand types (42883 or 42725 with PostgreSQL's hints)."""
    name = names[-1]
    if len(names) > 1 and names[0] != "pg_catalog":
        found, ambiguous = None, False
    else:
        found, ambiguous = find_operator(name, left, right)
    if found is not None:
        return found
    shown = f"{type_name(left)} {name} {type_name(right)}" if left else f"{name} {type_name(right)}"
    if len(names) > 1:
        shown = shown.replace(f" {name} ", f" {'.'.join(names)} ")
    if ambiguous:
        raise AmbiguousFunction(
            f"operator is not unique: {shown}", position=position or None,
            hint="Could not choose a best candidate operator. You might need to add explicit type casts.")
    raise UndefinedFunction(
        f"operator does not exist: {shown}", position=position or None,
        hint="No operator matches the given name and argument type. You might need to add an explicit type cast."
        if not left else
        "No operator matches the given name and argument types. You might need to add explicit type casts.")


def make(s: Statement, names: Sequence[str], left: Expr | None, right: Expr, position: int) -> Expr:
    """An operator call over bound operands."""
    if isinstance(left, Row) and isinstance(right, Row) and is_anonymous(left.type) and is_anonymous(right.type):
        return compare_rows(s, names, left.fields, right.fields, position)
    operator = operator_for(s, names, left.type if left else 0, right.type, position)
    function = lookup.functions_by_oid().get(operator.function)
    if function is None:
        raise not_supported(f"operator {operator.name}", position=position or None)
    operands = (left, right) if left else (right,)
    if function.name in COMPARE_ELEMENTS:
        for operand in operands:
            check_elements(COMPARE_ELEMENTS[function.name], operand.type)
    return make_call(s, function, operands, position, operator=operator.name)


def make_call(s: Statement, function: Function, operands: Sequence[Expr], position: int, operator: str = "") -> Call:
    """A call with its arguments converted to the declared types, and its result type worked out."""
    wanted, result = polymorphic(function.arguments, [o.type for o in operands], function.result, position)
    arguments = tuple(coerce(s, o, t, position=position) for o, t in zip(operands, wanted, strict=True))
    return Call(type=result, function=function, arguments=arguments, operator=operator, position=position)


def polymorphic(declared: Sequence[int], given: Sequence[int], result: int,
                position: int) -> tuple[list[int], int]:
    """The declared argument types with polymorphic ones made concrete, and the concrete result type."""
    if result not in resolve.POLYMORPHIC and resolve.POLYMORPHIC.isdisjoint(declared):
        return list(declared[: len(given)]), result
    try:
        return made_concrete(declared, given, result)
    except Mismatch as mismatch:
        raise mismatch.error(position) from None


def compare_rows(s: Statement, names: Sequence[str], left: Sequence[Expr], right: Sequence[Expr],
                 position: int) -> Expr:
    """(a, b) op (c, d)."""
    name = {"!=": "<>"}.get(names[-1], names[-1])
    if len(left) != len(right):
        raise SyntaxError("unequal number of entries in row expressions", position=position or None)
    if not left:
        raise FeatureNotSupported("cannot compare rows of zero length", position=position or None)
    if len(left) == 1:
        return make(s, names, left[0], right[0], position)
    if name not in COMPARISONS:
        for a, b in zip(left, right, strict=True):
            make(s, names, a, b, position)
        raise FeatureNotSupported(f"could not determine interpretation of row comparison operator {name}",
                                  position=position or None,
                                  hint="Row comparison operators must be associated with btree operator families.")
    for a, b in zip(left, right, strict=True):
        operator_for(s, names, a.type, b.type, position)
    strict = {"<>": "=", "<=": "<", ">=": ">"}.get(name, name)
    compares = tuple(make(s, [strict], a, b, position) for a, b in zip(left, right, strict=True))
    equals = compares if strict == "=" else tuple(make(s, ["="], a, b, position) for a, b in zip(left, right, strict=True))
    return RowCompare(type=T.BOOL, operator=name, left=tuple(left), right=tuple(right), compares=compares, equals=equals,
                      position=position)


def equality(s: Statement, oid: int, left: Expr, right: Expr, position: int) -> Call:
    """left = right for two values of the same type."""
    found = make(s, ["="], left, right, position)
    assert isinstance(found, Call)
    return found


def sort_operator(oid: int, descending: bool, position: int) -> Operator:
    """The btree < or > operator of a type (42883 could not identify an ordering operator)."""
    found = btree_operator(oid, 5 if descending else 1)
    if found is None:
        raise UndefinedFunction(f"could not identify an ordering operator for type {type_name(oid)}",
                                hint="Use an explicit ordering operator or modify the query.", position=position or None)
    return found


def btree_operator(oid: int, strategy: int) -> Operator | None:
    """The default btree operator of a type (strategy 1 <, 2 <=, 3 =, 4 >=, 5 >), through domains and coercions."""
    base = base_type(oid)
    table = lookup.operator_classes.btree
    key = SORT_AS.get(base, base)
    t = resolve.type_of(base)
    if t.is_array:
        if btree_operator(t.element, strategy) is None:
            return None
        key = T.ANYARRAY
    elif t.kind == "c" or base == T.RECORD:
        if not is_anonymous(base) and any(btree_operator(field.type, strategy) is None for field in fields_of(base) or ()):
            return None
        key = T.RECORD
    elif t.kind == "e":
        key = T.ANYENUM
    elif t.kind in RANGE_KINDS:
        key = RANGE_KINDS[t.kind]
    found = table.get((key, strategy))
    return lookup.operators_by_oid()[found] if found else None


RANGE_KINDS = {"r": T.ANYRANGE, "m": T.ANYMULTIRANGE}

# Types without an operator class of their own, binary-coercible to one that has it.
SORT_AS = {T.VARCHAR: T.TEXT, T.REGCLASS: T.OID, T.REGTYPE: T.OID, T.REGPROC: T.OID, T.REGPROCEDURE: T.OID,
           T.REGNAMESPACE: T.OID, T.REGROLE: T.OID, T.REGOPER: T.OID, T.REGOPERATOR: T.OID, T.REGCONFIG: T.OID,
           T.REGDICTIONARY: T.OID, T.REGCOLLATION: T.OID, 650: 869}


AN_EQUALITY = ("an equality operator", 3)
A_COMPARISON = ("a comparison function", 1)
COMPARE_ELEMENTS = {
    **dict.fromkeys(("array_eq", "array_ne", "arraycontains", "arraycontained", "arrayoverlap"), AN_EQUALITY),
    **dict.fromkeys(("array_lt", "array_le", "array_gt", "array_ge"), A_COMPARISON),
}
"""Functions that compare the elements of their operands, and how: in PostgreSQL's words, by which btree operator."""


def check_elements(wanted: tuple[str, int], oid: int) -> None:
    """42883 where arrays are compared whose elements cannot be. The fields of rows are checked when they are reached."""
    what, strategy = wanted
    element = resolve.element_type(oid)
    if element and btree_operator(element, strategy) is None and not (strategy == 3 and element in HASHABLE):
        raise UndefinedFunction(f"could not identify {what} for type {type_name(element)}")


def check_comparison(oid: int) -> None:
    """42883 if GREATEST and LEAST cannot compare values of the type."""
    if btree_operator(oid, 1) is None:
        raise UndefinedFunction(f"could not identify a comparison function for type {type_name(oid)}")


def check_equality(s: Statement, oid: int, position: int) -> None:
    """42883 if values of the type cannot be compared for equality (GROUP BY, DISTINCT, UNION)."""
    if btree_operator(oid, 3) is None and oid not in HASHABLE:
        raise UndefinedFunction(f"could not identify an equality operator for type {type_name(oid)}",
                                position=position or None)


def check_distinct(s: Statement, oid: int, position: int) -> None:
    """42883 if an aggregate cannot leave out equal values of the type: PostgreSQL sorts them."""
    check_equality(s, oid, position)
    if btree_operator(oid, 1) is None and oid != T.UNKNOWN:
        raise UndefinedFunction(f"could not identify an ordering operator for type {type_name(oid)}",
                                detail="Aggregates with DISTINCT must be able to sort their inputs.", position=position or None)


HASHABLE = frozenset({T.XID, T.CID, T.ACLITEM, T.UNKNOWN})


def branches(s: Statement, items: Sequence[Expr], construct: str, first: str = "",
             others: str = "") -> tuple[list[Expr], int, int]:
    """Branches converted to their common type, which comes too, with its typmod.

    first, others: what errors of converting them say instead of `construct`.
    """
    oid, typmod = unify(s, items, construct)
    if oid == T.UNKNOWN:
        raise IndeterminateDatatype("could not determine data type")
    names = [first or construct, *[others or construct] * (len(items) - 1)]
    found = [to_common(s, item, oid, name) for item, name in zip(items, names, strict=True)]
    if typmod < 0 and base_type(oid) == T.BPCHAR:  # each with the blanks of its own length
        found = [Relabel(type=e.type, argument=e, position=e.position) if e.typmod >= 0 else e for e in found]
    return found, oid, typmod
