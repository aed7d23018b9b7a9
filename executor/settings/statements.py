"""SET, RESET, SHOW and SET TRANSACTION as parse nodes."""

from collections.abc import Callable

from executor.errors import SqlError, not_supported
from executor.parse import Node
from executor.settings.session import Settings
from executor.sqlstates import InvalidParameterValue, NoActiveSqlTransaction

Notices = list[SqlError]


def run_set(settings: Settings, node: Node, *, in_block: bool, notices: Notices) -> str:
    """A VariableSetStmt. in_block: inside BEGIN ... COMMIT. Gives the command tag, SET or RESET."""
    kind, name, local = node.take("kind"), node.take("name", ""), node.take("is_local", False)
    arguments = node.nodes("args")
    node.take("jumble_args")
    node.finish()
    if local and not in_block and kind != "VAR_SET_MULTI":
        notices.append(_only_in_blocks("SET LOCAL"))
    if kind == "VAR_SET_MULTI":
        _MULTIPLE[name](settings, arguments, in_block, notices)
    elif kind == "VAR_RESET_ALL":
        settings.reset_all()
    elif kind == "VAR_SET_CURRENT":
        settings.set(name, settings.value(name).setting, local=local)
    elif kind in ("VAR_SET_DEFAULT", "VAR_RESET"):
        settings.set(name, None, local=local)
    else:
        settings.set(name, [set_argument(argument) for argument in arguments], local=local)
    return "RESET" if kind in ("VAR_RESET", "VAR_RESET_ALL") else "SET"


def value_for_later(settings: Settings, node: Node) -> tuple[str | None, str | None]:
    """What SET says of sessions to come (ALTER ROLE and ALTER DATABASE ... SET): a setting's name and value as text, checked
    by its rules; value None: it is reset; both None: all are (22023, 42501, 42704, 55P02)."""
    kind, name = node.take("kind"), node.take("name", "")
    arguments = node.nodes("args")
    node.take("jumble_args"), node.take("is_local")
    node.finish()
    if kind == "VAR_RESET_ALL":
        return None, None
    if kind == "VAR_SET_MULTI":
        raise not_supported("SET TRANSACTION for sessions to come")
    if kind in ("VAR_RESET", "VAR_SET_DEFAULT"):
        return settings.check_for_later(name, None)
    if kind == "VAR_SET_CURRENT":
        return settings.check_for_later(name, settings.get(name))
    return settings.check_for_later(name, [set_argument(argument) for argument in arguments])


def show_columns(settings: Settings, node: Node) -> tuple[str, ...]:
    """The column names of a VariableShowStmt's result; all are text (42704)."""
    name = node.peek("name", "")
    return ("name", "setting", "description") if name.lower() == "all" else (settings.canonical_name(name),)


def show_rows(settings: Settings, node: Node) -> list[tuple[str, ...]]:
    """The rows of a VariableShowStmt."""
    name = node.take("name", "")
    node.finish()
    return list(settings.show_all()) if name.lower() == "all" else [(settings.examine(name),)]


def set_argument(node: Node) -> str:
    """One value of SET as text; an interval (SET TIME ZONE INTERVAL '...') becomes "INTERVAL '...'"."""
    if node.kind == "TypeCast":
        return _interval(node)
    if node.kind != "A_Const":
        raise not_supported(f"SET to a {node.kind}")
    return _constant(node)


def _constant(node: Node) -> str:
    for field, read in _CONSTANTS.items():
        value = node.take(field)
        if value is not None:
            return read(value)
    raise not_supported("SET to NULL")


_CONSTANTS: dict[str, Callable[[Node], str]] = {
    "sval": lambda value: str(value.take("sval", "")),
    "ival": lambda value: str(value.take("ival", 0)),
    "fval": lambda value: str(value.take("fval", "")),
    "boolval": lambda value: "true" if value.take("boolval", False) else "false",
}


def _interval(node: Node) -> str:
    from executor.types.base import Env
    from executor.types.interval import interval_encoder, parse_interval

    text = _constant(node.take("arg"))
    type_name = node.take("typeName")
    if type_name.texts("names")[-1:] != ["interval"]:
        raise not_supported("SET to a value with a type")
    fields = [int(_constant(modifier)) for modifier in type_name.nodes("typmods")]
    precision = fields[1] if len(fields) > 1 else 0xFFFF
    typmod = fields[0] << 16 | precision if fields else -1
    env = Env()
    stored = parse_interval(text, typmod, env)
    return f"INTERVAL '{interval_encoder(-1, env)(stored).decode()}'"


def _only_in_blocks(statement: str) -> SqlError:
    return NoActiveSqlTransaction(f"{statement} can only be used in transaction blocks", severity="WARNING")


def _set_transaction(settings: Settings, arguments: list[Node], in_block: bool, notices: Notices) -> None:
    if not in_block:
        notices.append(_only_in_blocks("SET TRANSACTION"))
    apply_transaction_modes(settings, arguments)


def _set_characteristics(settings: Settings, arguments: list[Node], in_block: bool, notices: Notices) -> None:
    for argument in arguments:
        settings.set(f"default_{argument.take('defname')}", _mode(argument))


def _import_snapshot(settings: Settings, arguments: list[Node], in_block: bool, notices: Notices) -> None:
    if not in_block:
        notices.append(_only_in_blocks("SET TRANSACTION"))
    settings.import_snapshot(set_argument(arguments[0]))


_MULTIPLE: dict[str, Callable[[Settings, list[Node], bool, Notices], None]] = {
    "TRANSACTION": _set_transaction,
    "SESSION CHARACTERISTICS": _set_characteristics,
    "TRANSACTION SNAPSHOT": _import_snapshot,
}


def apply_transaction_modes(settings: Settings, modes: list[Node]) -> None:
    """The modes of SET TRANSACTION, BEGIN and START TRANSACTION (DefElem nodes), for the current transaction."""
    for mode in modes:
        settings.set(mode.take("defname"), _mode(mode), local=True)


def _mode(node: Node) -> str:
    argument = node.take("arg")
    if argument is None:
        raise InvalidParameterValue("a transaction mode needs a value")
    return set_argument(argument)
