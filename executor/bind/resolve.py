"""Which operator or function is meant, and which types convert: PostgreSQL's rules over its own catalogs.

Source: the manual's chapter "Type Conversion". Pure: types in, facts out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from executor.facts import lookup
from executor.facts.lookup import Cast, Function, Operator, Type
from executor.types import oids as T
from executor.types.made import Field, fields_of, is_anonymous, row_number

IMPLICIT, ASSIGNMENT, EXPLICIT = "i", "a", "e"
_RANK = {IMPLICIT: 0, ASSIGNMENT: 1, EXPLICIT: 2}
ARGUMENTS_MAX = 100

FAMILY_ANY = frozenset({T.ANYELEMENT, T.ANYARRAY, T.ANYNONARRAY, T.ANYENUM, T.ANYRANGE, T.ANYMULTIRANGE})
FAMILY_COMPATIBLE = frozenset({T.ANYCOMPATIBLE, T.ANYCOMPATIBLEARRAY, T.ANYCOMPATIBLENONARRAY,
                               T.ANYCOMPATIBLERANGE, T.ANYCOMPATIBLEMULTIRANGE})
POLYMORPHIC = FAMILY_ANY | FAMILY_COMPATIBLE
ARRAYS = frozenset({T.ANYARRAY, T.ANYCOMPATIBLEARRAY})


def type_of(oid: int) -> Type:
    """The type with this OID."""
    found = lookup.type_at(oid)
    if found is None:
        raise KeyError(oid)
    return found


def element_type(oid: int) -> int:
    """The element type of a true array type, else 0."""
    t = lookup.type_at(lookup.base_type(oid))
    return t.element if t and t.is_array else 0


def array_type(oid: int) -> int:
    """The array type over an element type, 0 if it has none."""
    return type_of(oid).array


@dataclass(frozen=True, slots=True)
class Path:
    """How to convert: method relabel, function (OID), text, array (by elements, `element` says how), or multirange (a
    range to the multirange of a user's type)."""

    method: str
    function: int = 0
    element: "Path | None" = None


def coercion_path(source: int, target: int, context: str) -> Path | None:
    """How PostgreSQL converts source to target in this context (implicit, assignment, explicit), or None."""
    source, target = lookup.base_type(source), lookup.base_type(target)
    if source == target:
        return Path("relabel")
    cast: Cast | None = lookup.casts().get((source, target))
    if cast:
        if _RANK[context] < _RANK[cast.context]:
            return None
        return {"f": Path("function", cast.function), "b": Path("relabel"), "i": Path("text")}[cast.method]
    if context == EXPLICIT and not cast and lookup.range_inside(target) == source:
        return Path("multirange")
    source_element, target_element = element_type(source), element_type(target)
    if source_element and target_element and target not in (T.OIDVECTOR, T.INT2VECTOR):
        inner = coercion_path(source_element, target_element, context)
        if inner:
            return Path("array", element=inner)
    if context != IMPLICIT and type_of(target).category == "S" and type_of(source).kind != "p":
        return Path("text")
    if context == EXPLICIT and type_of(source).category == "S" and type_of(target).kind != "p":
        return Path("text")
    return None


def can_coerce(source: int, target: int, context: str = IMPLICIT) -> bool:
    """True if a value of type source can stand where target is wanted."""
    if source == target or target in (T.ANY, T.ANYELEMENT, T.ANYCOMPATIBLE) or source == T.UNKNOWN:
        return True
    if target in POLYMORPHIC:
        return _fits_polymorphic(source, target)
    if type_of(source).kind == "c" and (target == T.RECORD or is_anonymous(target)):
        return True
    if (source == T.RECORD or is_anonymous(source)) and type_of(target).kind == "c":
        return True
    if target == T.RECORD_ARRAY and (e := element_type(source)):
        return type_of(e).kind == "c"
    return coercion_path(source, target, context) is not None


def _fits_polymorphic(source: int, target: int) -> bool:
    t = type_of(lookup.base_type(source))
    if target in ARRAYS:
        return t.is_array or source == T.ANYARRAY or t.name in ("int2vector", "oidvector")
    if target in (T.ANYNONARRAY, T.ANYCOMPATIBLENONARRAY):
        return not t.is_array
    if target == T.ANYENUM:
        return t.kind == "e"
    if target in (T.ANYRANGE, T.ANYCOMPATIBLERANGE):
        return t.kind == "r"
    if target in (T.ANYMULTIRANGE, T.ANYCOMPATIBLEMULTIRANGE):
        return t.kind == "m"
    return True


def matches(given: Sequence[int], wanted: Sequence[int]) -> bool:
    """True if these arguments can be passed, polymorphic types being used consistently."""
    if not all(can_coerce(g, t) for g, t in zip(given, wanted, strict=True)):
        return False
    if not any(t in POLYMORPHIC for t in wanted):
        return True
    from executor.bind.polymorphic import fits

    return fits(wanted, given)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A function or operator that might be meant, with the argument types it would get.

    order: which given argument each parameter takes (named notation); -1 takes its default.
    """

    item: Function | Operator
    types: tuple[int, ...]
    variadic: int = 0  # how many given arguments go into the VARIADIC array
    defaults: int = 0
    order: tuple[int, ...] = ()


def select(candidates: Sequence[Candidate], given: Sequence[int]) -> Candidate | None:
    """The best of several candidates for these argument types; None if it stays ambiguous (func_select_candidate)."""
    bases = [oid if oid == T.UNKNOWN else lookup.base_type(oid) for oid in given]
    remaining = _most(candidates, lambda c: sum(
        1 for b, t in zip(bases, c.types, strict=False) if b != T.UNKNOWN and b == t))
    if len(remaining) == 1:
        return remaining[0]

    def preferred(c: Candidate) -> int:
        return sum(1 for b, t in zip(bases, c.types, strict=False)
                   if b != T.UNKNOWN and (b == t or _preferred_in(type_of(b).category, t)))

    remaining = _most(remaining, preferred)
    if len(remaining) == 1:
        return remaining[0]
    if T.UNKNOWN not in bases:
        return None
    remaining = _by_category(remaining, bases)
    if len(remaining) == 1:
        return remaining[0]
    known = {b for b in bases if b != T.UNKNOWN}
    if len(known) == 1:
        (only,) = known
        fitting = [c for c in remaining if matches([only] * len(bases), c.types[: len(bases)])]
        if len(fitting) == 1:
            return fitting[0]
    return None


def _most(candidates: Sequence[Candidate], score: "object") -> list[Candidate]:
    best: list[Candidate] = []
    top = -1
    for candidate in candidates:
        value = score(candidate)  # type: ignore[operator]
        if value > top:
            best, top = [candidate], value
        elif value == top:
            best.append(candidate)
    return best


def _preferred_in(category: str, oid: int) -> bool:
    t = type_of(oid)
    return t.category == category and t.preferred


def _by_category(candidates: list[Candidate], bases: Sequence[int]) -> list[Candidate]:
    """Choose by the category that the unknown arguments would have (string wins, else all must agree)."""
    chosen: dict[int, str] = {}
    prefer: dict[int, bool] = {}
    for i, b in enumerate(bases):
        if b != T.UNKNOWN:
            continue
        categories = {type_of(c.types[i]).category for c in candidates}
        if "S" in categories:
            category = "S"
        elif len(categories) == 1:
            (category,) = categories
        else:
            return candidates
        chosen[i] = category
        prefer[i] = any(_preferred_in(category, c.types[i]) for c in candidates)

    def fits(c: Candidate) -> bool:
        return all(type_of(c.types[i]).category == category and (not prefer[i] or type_of(c.types[i]).preferred)
                   for i, category in chosen.items())

    return [c for c in candidates if fits(c)] or candidates


def find_operator(name: str, left: int, right: int) -> tuple[Operator | None, bool]:
    """The operator for these operand types (left 0: prefix), and whether the failure was an ambiguity."""
    exact = _exact_operator(name, left, right)
    if exact:
        return exact, False
    overloads = [o for o in lookup.operators_by_name().get(name, ()) if (o.left == 0) == (left == 0)]
    given = (left, right) if left else (right,)
    candidates = [Candidate(o, (o.left, o.right) if o.left else (o.right,)) for o in overloads]
    usable = [c for c in candidates if matches(given, c.types)]
    if not usable:
        return None, False
    if len(usable) == 1:
        return usable[0].item, False  # type: ignore[return-value]
    best = select(usable, given)
    return (best.item if best else None), best is None  # type: ignore[return-value]


def _exact_operator(name: str, left: int, right: int) -> Operator | None:
    if left == 0:
        return lookup.operator_by_signature(name, 0, right)
    if left == T.UNKNOWN and right != T.UNKNOWN:
        left = right
    elif right == T.UNKNOWN and left != T.UNKNOWN:
        right = left
    found = lookup.operator_by_signature(name, left, right)
    if found:
        return found
    if lookup.base_type(left) != left or lookup.base_type(right) != right:
        return lookup.operator_by_signature(name, lookup.base_type(left), lookup.base_type(right))
    return None


def function_candidates(functions: Iterable[Function], given: Sequence[int], names: Sequence[str],
                        variadic_call: bool) -> list[Candidate]:
    """The overloads that could take this many (and these named) arguments."""
    found = []
    for function in functions:
        candidate = _candidate(function, len(given), names, variadic_call)
        if candidate:
            found.append(candidate)
    return found


def _candidate(function: Function, count: int, names: Sequence[str], variadic_call: bool) -> Candidate | None:
    arity = len(function.arguments)
    if names:
        return _named(function, count, names)
    if function.variadic and not variadic_call:
        fixed = arity - 1
        if count >= arity:
            extra = count - fixed
            return Candidate(function, function.arguments[:fixed] + (function.variadic,) * extra, variadic=extra)
    if count == arity:
        return Candidate(function, function.arguments)
    if count < arity <= count + len(function.defaults):
        return Candidate(function, function.arguments[:count], defaults=arity - count)
    return None


def _named(function: Function, count: int, names: Sequence[str]) -> Candidate | None:
    positional = count - len(names)
    arity = len(function.arguments)
    if count > arity:
        return None
    order = [-1] * arity
    for i in range(positional):
        order[i] = i
    for i, name in enumerate(names):
        if name not in function.argument_names:
            return None
        at = function.argument_names.index(name)
        if order[at] != -1:
            return None
        order[at] = positional + i
    missing = [i for i, source in enumerate(order) if source == -1]
    if any(i < arity - len(function.defaults) for i in missing):
        return None
    types = [0] * count
    for at, source in enumerate(order):
        if source != -1:
            types[source] = function.arguments[at]
    return Candidate(function, tuple(types), defaults=len(missing), order=tuple(order))


def find_function(candidates: list[Candidate], given: Sequence[int]) -> tuple[Candidate | None, bool]:
    """The candidate meant, and whether the failure was an ambiguity."""
    exact = [c for c in candidates if c.types == tuple(given)]
    if exact:
        plain = [c for c in exact if not c.variadic and not c.defaults] or [c for c in exact if not c.variadic] or exact
        return plain[0], False
    usable = [c for c in candidates if matches(given, c.types)]
    plain = [c for c in usable if not c.variadic and not c.defaults]
    if len(usable) > 1 and plain:
        usable = _without_shadowed(usable)
    if not usable:
        return None, False
    if len(usable) == 1:
        return usable[0], False
    best = select(usable, given)
    return best, best is None


def _without_shadowed(usable: list[Candidate]) -> list[Candidate]:
    """A variadic or defaulted match that has the same argument types as a plain one gives way to it."""
    plain = {c.types for c in usable if not c.variadic and not c.defaults}
    return [c for c in usable if not (c.variadic or c.defaults) or c.types not in plain]


def _common_row(given: Sequence[int]) -> int | None:
    """The type of rows without names, of one width, whose columns have common types; None for anything else."""
    rows = [fields_of(oid) for oid in dict.fromkeys(given) if oid != T.UNKNOWN]
    if len(rows) < 2 or any(not is_anonymous(oid) for oid in given if oid != T.UNKNOWN):
        return None
    found = [fields for fields in rows if fields is not None]
    if len({len(fields) for fields in found}) != 1:
        return None
    columns = []
    for same in zip(*found, strict=True):
        wanted = common_type([field.type for field in same])
        if wanted is None:
            return None
        typmods = {field.typmod for field in same}
        columns.append(Field(same[0].name, wanted, typmods.pop() if len(typmods) == 1 else -1))
    return row_number(tuple(columns))


def common_type(given: Sequence[int]) -> int | None:
    """The type that CASE, UNION, VALUES, ARRAY, COALESCE ... give their branches; None if the categories differ.

    All unknown gives text (select_common_type).
    """
    if given and given[0] != T.UNKNOWN and all(oid == given[0] for oid in given):
        return given[0]
    bases = [lookup.base_type(oid) for oid in given]
    if (row := _common_row(bases)) is not None:
        return row
    best = 0
    for oid in bases:
        if oid == T.UNKNOWN:
            continue
        if not best:
            best = oid
            continue
        if oid == best:
            continue
        now, new = type_of(best), type_of(oid)
        if now.category != new.category:
            return None
        if not now.preferred and can_coerce(best, oid) and not can_coerce(oid, best):
            best = oid
    return best or T.TEXT
