"""WITH (...) options of tables, indexes and views: PostgreSQL's names and ranges are checked, the values kept in the
Catalog.

They say nothing to SQLite; they are accepted because PostgreSQL's own meaning of them is only about physical storage.
"""

from collections.abc import Callable, Mapping

from executor.ddl.base import DdlContext
from executor.errors import not_supported
from executor.parse import Node
from executor.sqlstates import FeatureNotSupported, InvalidParameterValue

Check = Callable[[str, str], None]
TRUE_WORDS, FALSE_WORDS = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


def _boolean(name: str, value: str) -> None:
    folded = value.lower()
    words = (*TRUE_WORDS, *FALSE_WORDS)
    if folded not in words and not (folded not in ("", "o") and any(word.startswith(folded) for word in words)):
        raise InvalidParameterValue(f'invalid value for boolean option "{name}": {value}')


def _integer(low: int, high: int) -> Check:
    def check(name: str, value: str) -> None:
        try:
            number = int(value)
        except ValueError:
            raise InvalidParameterValue(f'invalid value for integer option "{name}": {value}') from None
        _in_range(name, value, number, f"{low}", f"{high}", low, high)

    return check


def _real(low: float, high: float) -> Check:
    def check(name: str, value: str) -> None:
        try:
            number = float(value)
        except ValueError:
            raise InvalidParameterValue(f'invalid value for floating point option "{name}": {value}') from None
        _in_range(name, value, number, f"{low:f}", f"{high:f}", low, high)

    return check


def _in_range(name: str, value: str, number: float, low_text: str, high_text: str, low: float, high: float) -> None:
    if not low <= number <= high:
        raise InvalidParameterValue(
            f'value {value} out of bounds for option "{name}"',
            detail=f'Valid values are between "{low_text}" and "{high_text}".',
        )


def _one_of(detail: str, *words: str) -> Check:
    def check(name: str, value: str) -> None:
        if value.lower() not in words:
            raise InvalidParameterValue(f'invalid value for enum option "{name}": {value}', detail=detail)

    return check


_BIG = 2147483647
_AUTOVACUUM: dict[str, Check] = {
    "autovacuum_enabled": _boolean,
    "autovacuum_vacuum_threshold": _integer(0, _BIG),
    "autovacuum_vacuum_max_threshold": _integer(-1, _BIG),
    "autovacuum_vacuum_insert_threshold": _integer(-1, _BIG),
    "autovacuum_vacuum_cost_limit": _integer(1, 10000),
    "autovacuum_vacuum_cost_delay": _real(0, 100),
    "autovacuum_vacuum_scale_factor": _real(0, 100),
    "autovacuum_vacuum_insert_scale_factor": _real(0, 100),
    "autovacuum_freeze_min_age": _integer(0, 1000000000),
    "autovacuum_freeze_max_age": _integer(100000, 2000000000),
    "autovacuum_freeze_table_age": _integer(0, 2000000000),
    "autovacuum_multixact_freeze_min_age": _integer(0, 1000000000),
    "autovacuum_multixact_freeze_max_age": _integer(10000, 2000000000),
    "autovacuum_multixact_freeze_table_age": _integer(0, 2000000000),
    "log_autovacuum_min_duration": _integer(-1, _BIG),
    "vacuum_index_cleanup": _one_of(
        'Valid values are "on", "off", and "auto".', "auto", "on", "off", "true", "false", "yes", "no", "1", "0"
    ),
    "vacuum_truncate": _boolean,
    "vacuum_max_eager_freeze_failure_rate": _real(0, 1),
}
TOAST: Mapping[str, Check] = _AUTOVACUUM
TABLE: Mapping[str, Check] = {
    **_AUTOVACUUM,
    "autovacuum_analyze_threshold": _integer(0, _BIG),
    "autovacuum_analyze_scale_factor": _real(0, 100),
    "fillfactor": _integer(10, 100),
    "toast_tuple_target": _integer(128, 8160),
    "parallel_workers": _integer(0, 1024),
    "user_catalog_table": _boolean,
}
INDEX: Mapping[str, Mapping[str, Check]] = {
    "btree": {"fillfactor": _integer(10, 100), "deduplicate_items": _boolean},
    "hash": {"fillfactor": _integer(10, 100)},
}
VIEW: Mapping[str, Check] = {
    "security_barrier": _boolean, "security_invoker": _boolean,
    "check_option": _one_of('Valid values are "local" and "cascaded".', "local", "cascaded"),
}  # fmt: skip


def definition_value(node: Node, default: str = "true") -> str:
    """The text of a DefElem's argument as PostgreSQL's defGetString gives it."""
    argument = node.take("arg")
    if argument is None:
        return default
    return _VALUES[argument.kind](argument) if argument.kind in _VALUES else _unknown(argument)


def _unknown(node: Node) -> str:
    raise not_supported(f"an option's value of the form {node.kind}")


def _type_word(node: Node) -> str:
    parts = node.texts("names")
    if node.take("typmods") or node.take("arrayBounds"):
        raise InvalidParameterValue(f"invalid option value: {'.'.join(parts)}")
    node.finish()
    return ".".join(parts[1:] if parts[0] == "pg_catalog" else parts)


def _list_text(node: Node) -> str:
    return ".".join(item.text for item in node.nodes("items"))


_VALUES: dict[str, Callable[[Node], str]] = {
    "Integer": lambda node: str(node.take("ival", 0)),
    "Float": lambda node: str(node.take("fval")),
    "Boolean": lambda node: "true" if node.take("boolval", False) else "false",
    "String": lambda node: node.text,
    "TypeName": _type_word,
    "List": _list_text,
}


def read(ctx: DdlContext, nodes: list[Node], known: Mapping[str, Check], *, toast: bool = False) -> dict[str, str]:
    """Read and check a WITH list. Raises 22023 as PostgreSQL does. toast: the namespace `toast.` is allowed."""
    found: dict[str, str] = {}
    for node in nodes:
        namespace, name = node.take("defnamespace", ""), node.take("defname", "")
        node.take("defaction")
        if namespace and not (toast and namespace == "toast"):
            raise InvalidParameterValue(f'unrecognized parameter namespace "{namespace}"')
        value = definition_value(node)
        if known is TABLE and name == "oids" and not namespace:
            _refuse_oids(value)
            continue
        check = (TOAST if namespace else known).get(name)
        if check is None:
            raise InvalidParameterValue(f'unrecognized parameter "{name}"')
        if (key := f"{namespace}.{name}" if namespace else name) in found:
            raise InvalidParameterValue(f'parameter "{name}" specified more than once')
        check(name, value)
        found[key] = value
        node.finish()
    return found


def _refuse_oids(value: str) -> None:
    if value.lower() in TRUE_WORDS:
        raise FeatureNotSupported("tables declared WITH OIDS are not supported")


def names_only(nodes: list[Node]) -> list[str]:
    """The names in RESET (...) (42601 if one has a value)."""
    from executor.sqlstates import SyntaxError

    found = []
    for node in nodes:
        namespace, name = node.take("defnamespace", ""), node.take("defname", "")
        node.take("defaction")
        if node.take("arg") is not None:
            raise SyntaxError("RESET must not include values for parameters")
        found.append(f"{namespace}.{name}" if namespace else name)
    return found


def refuse_tablespace(name: str) -> None:
    """Raise for any tablespace but pg_default (42704, as PostgreSQL for one that does not exist)."""
    from executor.sqlstates import UndefinedObject

    if name and name != "pg_default":
        if name == "pg_global":
            raise InvalidParameterValue("only shared relations can be placed in pg_global tablespace")
        raise UndefinedObject(f'tablespace "{name}" does not exist')
