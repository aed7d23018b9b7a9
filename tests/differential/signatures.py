"""Calls of every function and operator that pgquill implements, with hard arguments, from the facts about PostgreSQL.

A call is made for concrete types: those of the signature, with polymorphic ones replaced. Arguments are literals of the
types, literals without one (so that PostgreSQL has to find the function), NULL, and columns of VALUES.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from random import Random

from executor.builtins.families import FAMILIES
from executor.builtins.registry import family
from executor.facts import lookup
from executor.facts.lookup import Function, Operator
from tests.differential.literals import POOLS, quoted, typed
from tests.differential.model import Case
from tests.differential.words import words

LEFT_OUT_FAMILIES = frozenset({
    "advisory", "catalog_lookup", "catalog_text", "privileges", "random", "sequences", "session_information", "signalling",
    "text_search", "text_search_rank", "tsquery", "tsvector", "geometric", "geometric_position", "geometric_relations", "xml",
    "xml_path",
})
"""What they answer depends on the session, the installation or chance; or they have tests of their own (and many a PostgreSQL
is built without XML)."""

LEFT_OUT = frozenset({
    "now", "clock_timestamp", "statement_timestamp", "transaction_timestamp", "timeofday", "uuidv7", "gen_random_uuid", "uuidv4",
    "pg_sleep", "pg_sleep_for", "pg_sleep_until", "row_security_active", "mxid_age", "enum_in", "enum_out", "record_out",
    "pg_timezone_abbrevs", "pg_timezone_abbrevs_zone", "pg_timezone_abbrevs_abbrevs", "pg_relation_size", "pg_table_size",
    "pg_indexes_size", "pg_total_relation_size", "pg_database_size", "pg_tablespace_size",
    "pg_tablespace_location", "pg_input_error_info", "pg_column_size", "record_image_eq", "to_regclass",
})
OTHERS_TYPES = frozenset({"tsvector", "tsquery", "point", "line", "lseg", "box", "path", "polygon", "circle", "_tsvector",
    "_point"})
"""Types that have tests of their own."""

SAME_ELEMENT = {"anyelement": "{}", "anynonarray": "{}", "anycompatible": "{}", "anycompatiblenonarray": "{}", "anyenum": "{}",
                "anyarray": "_{}", "anycompatiblearray": "_{}"}
ELEMENTS = ("int4", "text", "numeric", "date", "float8", "mood", "bool", "jsonb")
RANGES = (("int4", "int4range", "int4multirange"), ("numeric", "numrange", "nummultirange"), ("date", "daterange",
    "datemultirange"),
          ("int8", "int8range", "int8multirange"), ("timestamptz", "tstzrange", "tstzmultirange"),
          ("timestamp", "tsrange", "tsmultirange"))
ANY = ("int4", "text", "numeric", "date", "_int4", "jsonb", "bool", "timestamptz", "pair", "float8", "bytea")
RECORDS = ("ROW(1, 'a'::text)", "ROW(1, 'b'::text)", "ROW(NULL::int, 'a'::text)", "ROW(2, NULL::text)", "ROW(1, 'a'::text, true)",
           "ROW()", "ROW(ROW(1.0, 2), ARRAY[1,2])", "ROW(1, 'a')::pair")

SMALL_NUMBERS = ("0", "1", "2", "3", "5", "-1", "-3", "20")
SMALL_ONLY = frozenset({"repeat", "lpad", "rpad", "array_fill", "generate_series", "generate_subscripts", "factorial", "dpow",
    "numeric_power",
                        "power", "pow", "numeric_exp", "exp", "set_bit", "set_byte", "scale", "round", "trunc", "bit",
                        "parse_ident", "width_bucket"})
"""Functions whose numbers would make results too long: they get SMALL_NUMBERS for the integers among their arguments."""
MILD_ONLY = frozenset({"generate_series", "numeric_power", "power", "pow", "exp", "numeric_exp", "factorial", "gamma", "lgamma"})
"""Functions that get only mild literals of other types too."""

MANY = 60
RICH = frozenset({
    "to_char", "to_date", "to_timestamp", "to_number", "format", "regexp_replace", "regexp_match", "regexp_matches",
    "regexp_instr", "regexp_substr",
    "regexp_count", "regexp_like", "regexp_split_to_array", "substring", "date_trunc", "date_part", "extract",
    "similar_to_escape", "similar_escape",
    "convert", "convert_from", "encode", "decode", "timezone", "jsonb_set", "jsonb_insert", "jsonb_path_query_array",
    "jsonb_path_exists",
    "split_part", "string_to_array", "array_to_string", "unistr", "normalize", "pg_size_bytes", "pg_size_pretty", "overlay",
    "make_interval",
    "pg_input_is_valid", "parse_ident", "translate", "date_bin", "make_timestamp", "make_date", "make_time", "age", "textregexeq",
})
"""Functions with so much behaviour that they get MANY calls."""


def families() -> Iterator[tuple[str, Function]]:
    """(family, function) of every implemented function that can be compared."""
    by_signature = {f.signature: f for f in lookup.functions_by_oid().values() if f.schema == "pg_catalog"}
    for name in sorted(FAMILIES):
        if name in LEFT_OUT_FAMILIES:
            continue
        for signature in sorted(family(name)):
            function = by_signature[signature]
            today = function.name == "age" and len(function.arguments) == 1
            if function.name not in LEFT_OUT and function.volatility != "v" and not today:
                yield name, function


def names_of(oids: Sequence[int]) -> list[str]:
    types = lookup.types_by_oid()
    return [types[oid].name for oid in oids]


def concrete(declared: Sequence[str], rng: Random, most: int) -> Iterator[list[str]]:
    """Declared argument types made concrete, in up to `most` ways."""
    found: list[list[str]] = []
    if any("range" in name and name.startswith("any") for name in declared):
        for element, range_, multirange in RANGES:
            table = {k: v.format(element) for k, v in SAME_ELEMENT.items()}
            table |= {"anyrange": range_, "anycompatiblerange": range_, "anymultirange": multirange,
                      "anycompatiblemultirange": multirange}
            found.append([table.get(name, name) for name in declared])
    elif any(name in SAME_ELEMENT for name in declared):
        elements = ("mood",) if "anyenum" in declared else ELEMENTS
        for element in elements:
            table = {k: v.format(element) for k, v in SAME_ELEMENT.items()}
            found.append([table.get(name, name) for name in declared])
    elif "any" in declared:
        for _ in range(most):
            found.append([rng.choice(ANY) if name == "any" else name for name in declared])
    else:
        found.append(list(declared))
    yield from found[:most]


def is_comparable(types: Sequence[str]) -> bool:
    """Whether there are literals of all types."""
    return all(name in POOLS or name == "record" for name in types) and OTHERS_TYPES.isdisjoint(types)


def texts_for(number: int, type_: str, function: str, rng: Random) -> tuple[str, ...]:
    """The literal texts to choose from for one argument."""
    meant = words(function, number, type_)
    if meant is not None and rng.random() < 0.9:
        return meant
    if function in SMALL_ONLY and type_ in ("int2", "int4", "int8"):
        return SMALL_NUMBERS
    pool = POOLS[type_]
    return pool.mild if function in MILD_ONLY else pool.every


def argument(type_: str, number: int, function: str, rng: Random) -> str:
    """One argument as SQL."""
    if type_ == "record":
        return rng.choice(RECORDS)
    chosen = rng.choice(texts_for(number, type_, function, rng))
    if type_ in ("int4", "numeric") and rng.random() < 0.3 and chosen.isdigit():
        return chosen
    return typed(type_, chosen)


def untyped(type_: str, number: int, function: str, rng: Random) -> str:
    """The same without saying the type."""
    if type_ == "record":
        return rng.choice(RECORDS)
    return quoted(rng.choice(texts_for(number, type_, function, rng)))


def called(function: Function, arguments: Sequence[str]) -> str:
    """A call as SQL."""
    name = function.name if function.name.isidentifier() and function.name not in RESERVED else f'"{function.name}"'
    return f"{name}({', '.join(arguments)})" + (" LIMIT 20" if function.returns_set else "")


RESERVED = frozenset({
    "overlay", "position", "substring", "trim", "char", "bit", "bpchar", "numeric", "float4", "float8", "int2", "int4", "int8",
    "time",
    "timestamp", "interval", "timetz", "timestamptz", "varchar", "overlaps", "normalize", "extract", "like", "notlike", "bool",
    "right", "left", "isnull", "notnull", "timezone", "similar_escape", "xmlexists", "collation", "is_normalized",
})
"""Names that the grammar treats specially when not quoted (or may)."""


def expanded(function: Function, types: list[str], rng: Random) -> list[str]:
    """The types with a variadic array written as elements, or left out, now and then."""
    if function.variadic and types:
        last = types[-1]
        if last == "any" or rng.random() < 0.8:
            element = last.removeprefix("_") if last != "any" else rng.choice(ANY)
            return types[:-1] + [element] * rng.choice((1, 2, 3))
    if function.defaults and rng.random() < 0.5:
        return types[: -rng.randint(1, len(function.defaults))]
    return types


def calls(function: Function, family_name: str, count: int) -> Iterator[Case]:
    """Calls of a plain function."""
    rng = Random(function.signature)
    declared = names_of(function.arguments)
    if "internal" in declared or "cstring" in declared or "trigger" in declared:
        return
    if not declared:
        yield Case(family_name, called(function, ()))
        return
    versions = [v for v in concrete(declared, rng, 4) if is_comparable(v)]
    if not versions:
        return
    seen: set[str] = set()
    for types in versions:
        for text in _of_types(function, types, max(4, count // len(versions)), rng):
            if text not in seen:
                seen.add(text)
                yield Case(family_name, text)


def _of_types(function: Function, types: list[str], count: int, rng: Random) -> Iterator[str]:
    name = f"to_char {types[0]}" if function.name == "to_char" else function.name
    first = texts_for(0, types[0], name, rng) if types[0] != "record" else ()
    if len(types) == 1 and first:
        for text in first[:count]:
            yield called(function, [typed(types[0], text)])
    else:
        for _ in range(count):
            used = expanded(function, types, rng)
            yield called(function, [argument(t, i, name, rng) for i, t in enumerate(used)])
    nulls = [f"NULL::{typed(t, '').partition('::')[2]}" if t != "record" else "NULL" for t in types]
    hole = rng.randrange(len(types))
    yield called(function, [nulls[i] if i == hole else argument(t, i, name, rng) for i, t in enumerate(types)])
    yield called(function, [untyped(t, i, name, rng) for i, t in enumerate(types)])
    columns = ", ".join(f"c{i}" for i in range(len(types)))
    row = ", ".join(argument(t, i, name, rng) for i, t in enumerate(types))
    if not function.returns_set:
        yield called(function, columns.split(", ")) + f" FROM (VALUES ({row})) v ({columns})"


def operator_calls(operator: Operator, family_name: str, count: int) -> Iterator[Case]:
    """Uses of an operator between operands."""
    rng = Random(f"{operator.name}{operator.left}{operator.right}")
    declared = names_of([oid for oid in (operator.left, operator.right) if oid])
    versions = [v for v in concrete(declared, rng, 5) if is_comparable(v)]
    seen: set[str] = set()
    for types in versions:
        for number in range(max(3, count // len(versions))):
            if len(types) == 2 and number % 5 == 4:
                operands = [argument(types[0], 0, operator.name, rng), untyped(types[1], 1, operator.name, rng)]
                operands = operands if rng.random() < 0.5 else [quoted(rng.choice(POOLS[types[0]].every))
                                                                if types[0] != "record" else "NULL",
                                                                argument(types[1], 1, operator.name, rng)]
            else:
                operands = [argument(t, i, operator.name, rng) for i, t in enumerate(types)]
            text = f" {operator.name} ".join(operands) if len(operands) == 2 else f"{operator.name} {operands[0]}"
            if text not in seen:
                seen.add(text)
                yield Case(family_name, text)


def all_calls(count: int) -> Iterator[Case]:
    """Calls of all functions and uses of all operators."""
    by_function: dict[int, list[Operator]] = {}
    for operator in lookup.operators_by_oid().values():
        by_function.setdefault(operator.function, []).append(operator)
    for name, function in families():
        if function.kind != "f":
            continue
        used = by_function.get(function.oid, [])
        for operator in used:
            yield from operator_calls(operator, name, count)
        many = MANY if function.name in RICH else count
        yield from calls(function, name, many if many > count or not used else 3)


def resolution(count: int) -> Iterator[Case]:
    """Operators and functions with operands of any types: which one is meant, or the error that there is none."""
    rng = Random("resolution")
    names = sorted({o.name for o in lookup.operators_by_oid().values()} - {"@-@", "?-", "?|", "?#", "~=", "<->", "@@@"})
    types = [t for t in POOLS if t not in ("int2vector", "oidvector", "refcursor", "cid")]
    for _ in range(count):
        a, b = rng.choice(types), rng.choice(types)
        if rng.random() < 0.5:
            b = a if rng.random() < 0.3 else rng.choice([t for t in types if t[:2] == a[:2]])
        left = typed(a, rng.choice(POOLS[a].mild)) if rng.random() < 0.75 else quoted(rng.choice(POOLS[a].mild))
        right = typed(b, rng.choice(POOLS[b].mild))
        yield Case("resolution", f"{left} {rng.choice(names)} {right}")
    functions = sorted({f.name for _, f in families() if f.kind == "f" and f.arguments and "internal" not in names_of(f.arguments)
                        and "cstring" not in names_of(f.arguments) and f.name not in SMALL_ONLY and not f.returns_set})
    for name, _ in product(functions, range(2)):
        arity = rng.choice([len(f.arguments) for f in lookup.functions_by_name()[name]])
        arguments = []
        for _ in range(arity):
            t = rng.choice(types)
            arguments.append(typed(t, rng.choice(POOLS[t].mild)) if rng.random() < 0.7 else quoted(rng.choice(POOLS[t].mild)))
        shown = name if name not in RESERVED else f'"{name}"'
        yield Case("resolution", f"{shown}({', '.join(arguments)})")
