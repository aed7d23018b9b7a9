"""CREATE DATABASE and DROP DATABASE: files of the served folder."""

from typing import TYPE_CHECKING

from executor.commands.base import CommandKind, Parameters, Result
from executor.errors import not_supported
from executor.option_values import option_text
from executor.parse import Node, RawStatement, Source
from executor.settings.checks import encoding_is_utf8
from executor.sqlstates import SyntaxError, UndefinedObject

if TYPE_CHECKING:
    from executor.session import Session

UTF8 = 6
"""PostgreSQL's number of the encoding."""
IGNORED = {"owner", "locale", "lc_collate", "lc_ctype", "strategy", "locale_provider", "builtin_locale",
           "collation_version", "oid", "tablespace"}
"""What names things that a file does not have. The order of text is always that of its bytes, as COMPAT.md says."""
NEUTRAL = {"allow_connections": ("true", "on", "1"), "is_template": ("false", "off", "0"), "connection_limit": ("-1",)}
"""Options that would be acted on -> the values that ask for nothing."""


async def run_create(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """CREATE DATABASE name [TEMPLATE other]."""
    node = raw.node
    name, template = node.take("dbname"), None
    for option in node.nodes("options"):
        key, argument = option.take("defname").lower(), option.take("arg")
        option.take("location")
        value = None if argument is None else option_text(key, argument)
        if key == "template":
            template = value
        elif key == "encoding":
            _check_encoding(value, argument)
        elif key in NEUTRAL:
            if value is not None and value.lower() not in NEUTRAL[key]:
                raise not_supported(f"CREATE DATABASE with {key.upper()} {value}")
        elif key not in IGNORED:
            raise SyntaxError(f'option "{key}" not recognized', position=Source(raw.source).position(option.location))
    await session.engine.create_database(name, template)
    return Result("CREATE DATABASE")


def _check_encoding(name: str | None, argument: Node | None) -> None:
    if name is None or argument is None:
        return
    number = int(name) if argument.kind == "Integer" else None
    known = encoding_is_utf8(name) if number is None else number == UTF8
    if known is None:
        raise UndefinedObject(f"{name} is not a valid encoding name")
    if not known:
        raise not_supported(f"database encoding {name}")


async def run_drop(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """DROP DATABASE [IF EXISTS] name [WITH (FORCE)]."""
    node = raw.node
    name, missing_ok = node.take("dbname"), bool(node.take("missing_ok"))
    force = any(option.take("defname") == "force" for option in node.nodes("options"))
    await session.engine.drop_database(session, name, missing_ok=missing_ok, force=force)
    return Result("DROP DATABASE")


COMMANDS = {
    "CreatedbStmt": CommandKind(run_create, alone="CREATE DATABASE", read_only_ok=False),
    "DropdbStmt": CommandKind(run_drop, alone="DROP DATABASE", read_only_ok=False),
}  # fmt: skip
