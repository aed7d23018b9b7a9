"""CREATE DATABASE and DROP DATABASE: files of the served folder."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from executor.commands.base import CommandKind, Result
from executor.errors import not_supported
from executor.parse import RawStatement

if TYPE_CHECKING:
    from executor.session import Session

IGNORED = {"owner", "encoding", "locale", "lc_collate", "lc_ctype", "connection_limit", "allow_connections", "is_template",
           "strategy", "locale_provider", "builtin_locale", "collation_version", "oid", "tablespace"}


async def run_create(session: "Session", raw: RawStatement, parameters: Sequence[Any]) -> Result:
    """CREATE DATABASE name [TEMPLATE other]."""
    node = raw.node
    name, template = node.take("dbname"), None
    for option in node.nodes("options"):
        key, argument = option.take("defname").lower(), option.take("arg")
        option.take("location")
        if key == "template":
            template = argument.text if argument is not None else None
        elif key == "encoding" and argument is not None:
            if argument.kind == "String" and argument.text.upper().replace("-", "") not in ("UTF8", "UNICODE"):
                raise not_supported(f"database encoding {argument.text}")
        elif key not in IGNORED:
            raise not_supported(f"CREATE DATABASE option {key}")
    await session.engine.create_database(name, template)
    return Result("CREATE DATABASE")


async def run_drop(session: "Session", raw: RawStatement, parameters: Sequence[Any]) -> Result:
    """DROP DATABASE [IF EXISTS] name [WITH (FORCE)]."""
    node = raw.node
    name, missing_ok = node.take("dbname"), bool(node.take("missing_ok"))
    force = any(option.take("defname") == "force" for option in node.nodes("options"))
    await session.engine.drop_database(session, name, missing_ok=missing_ok, force=force)
    return Result("DROP DATABASE")


async def run_alter_set(session: "Session", raw: RawStatement, parameters: Sequence[Any]) -> Result:
    """ALTER DATABASE name SET setting: defaults of new sessions, for as long as the server runs."""
    node = raw.node
    name, statement = node.take("dbname"), node.take("setstmt")
    session.engine.set_database_default(name, statement)
    return Result("ALTER DATABASE")


COMMANDS = {
    "CreatedbStmt": CommandKind(run_create, alone="CREATE DATABASE"),
    "DropdbStmt": CommandKind(run_drop, alone="DROP DATABASE"),
    "AlterDatabaseSetStmt": CommandKind(run_alter_set),
}  # fmt: skip
