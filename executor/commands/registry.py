"""Parse node -> command. The modules are imported when one of their statements is first met."""

from importlib import import_module

from executor.commands.base import Command, CommandKind
from executor.errors import not_supported
from executor.parse import Node, RawStatement

MODULES = {
    "transaction": "TransactionStmt",
    "settings": "VariableSetStmt VariableShowStmt DiscardStmt",
    "prepared": "PrepareStmt ExecuteStmt DeallocateStmt",
    "cursors": "DeclareCursorStmt FetchStmt ClosePortalStmt",
    "explain": "ExplainStmt",
    "maintenance": "VacuumStmt CheckPointStmt LockStmt",
    "wait": "WaitStmt",
    "notify": "ListenStmt NotifyStmt UnlistenStmt",
    "databases": "CreatedbStmt DropdbStmt",
    "roles": "CreateRoleStmt AlterRoleStmt DropRoleStmt AlterRoleSetStmt AlterDatabaseSetStmt",
    "memberships": "GrantRoleStmt",
    "grants": "GrantStmt",
    "owned": "ReassignOwnedStmt DropOwnedStmt",
    "copy": "CopyStmt",
    "constraints": "ConstraintsSetStmt",
    "ddl": "CreateStmt IndexStmt ViewStmt CreateSchemaStmt CreateSeqStmt AlterSeqStmt AlterTableStmt RenameStmt "
           "AlterObjectSchemaStmt AlterOwnerStmt DropStmt CommentStmt TruncateStmt CreateTrigStmt "
           "CreateEnumStmt AlterEnumStmt CreateRangeStmt CreateDomainStmt AlterDomainStmt CompositeTypeStmt "
           "CreateFunctionStmt AlterFunctionStmt CreatePublicationStmt AlterPublicationStmt",
    "subscriptions": "CreateSubscriptionStmt AlterSubscriptionStmt DropSubscriptionStmt",
    "routines": "DoStmt CallStmt",
    "create_as": "CreateTableAsStmt SelectStmt RefreshMatViewStmt",
}
"""Module of executor.commands -> the parse nodes it has commands for (its COMMANDS)."""

_HOMES = {kind: module for module, kinds in MODULES.items() for kind in kinds.split()}


def command_kind(node_kind: str) -> CommandKind | None:
    """The row for a parse node."""
    module = _HOMES.get(node_kind)
    if module is None:
        return None
    found: CommandKind | None = import_module(f"executor.commands.{module}").COMMANDS.get(node_kind)
    return found


NAMES = {
    "CreateFunctionStmt": "CREATE FUNCTION", "AlterFunctionStmt": "ALTER FUNCTION",
    "SelectStmt": "SELECT INTO", "DoStmt": "DO", "CallStmt": "CALL", "CreateTrigStmt": "CREATE TRIGGER",
    "CreateEventTrigStmt": "CREATE EVENT TRIGGER",
    "MergeStmt": "MERGE", "GrantStmt": "GRANT", "CreateRoleStmt": "CREATE ROLE", "CreateEnumStmt": "CREATE TYPE",
    "CreateDomainStmt": "CREATE DOMAIN", "AlterEnumStmt": "ALTER TYPE", "AlterDomainStmt": "ALTER DOMAIN",
    "CompositeTypeStmt": "CREATE TYPE", "DefineStmt": "CREATE AGGREGATE, OPERATOR or TYPE",
    "ListenStmt": "LISTEN", "NotifyStmt": "NOTIFY", "UnlistenStmt": "UNLISTEN", "CreateExtensionStmt": "CREATE EXTENSION",
    "RuleStmt": "CREATE RULE", "CreatePolicyStmt": "CREATE POLICY", "CreateTableAsStmt": "CREATE TABLE AS",
    "CreateStmt": "CREATE TABLE", "IndexStmt": "CREATE INDEX", "ViewStmt": "CREATE VIEW", "DropStmt": "DROP",
    "AlterTableStmt": "ALTER TABLE", "TruncateStmt": "TRUNCATE TABLE", "RenameStmt": "ALTER ... RENAME",
    "CopyStmt": "COPY", "CommentStmt": "COMMENT", "CreateSeqStmt": "CREATE SEQUENCE", "AlterSeqStmt": "ALTER SEQUENCE",
    "CreateSchemaStmt": "CREATE SCHEMA", "ReindexStmt": "REINDEX", "DropRoleStmt": "DROP ROLE",
    "ReassignOwnedStmt": "REASSIGN OWNED", "DropOwnedStmt": "DROP OWNED",
    "AlterDefaultPrivilegesStmt": "ALTER DEFAULT PRIVILEGES",
    "AlterRoleStmt": "ALTER ROLE", "AlterRoleSetStmt": "ALTER ROLE", "GrantRoleStmt": "GRANT",
    "CreateTableSpaceStmt": "CREATE TABLESPACE", "RefreshMatViewStmt": "REFRESH MATERIALIZED VIEW",
    "CreatedbStmt": "CREATE DATABASE", "DropdbStmt": "DROP DATABASE", "AlterDatabaseSetStmt": "ALTER DATABASE",
    "ConstraintsSetStmt": "SET CONSTRAINTS",
    "CreatePublicationStmt": "CREATE PUBLICATION", "AlterPublicationStmt": "ALTER PUBLICATION",
    "CreateSubscriptionStmt": "CREATE SUBSCRIPTION", "AlterSubscriptionStmt": "ALTER SUBSCRIPTION",
    "DropSubscriptionStmt": "DROP SUBSCRIPTION",
    "AlterOwnerStmt": "ALTER ... OWNER TO", "AlterObjectSchemaStmt": "ALTER ... SET SCHEMA",
}  # fmt: skip


OBJECT_FIELDS = {
    "DropStmt": ("DROP", "removeType"), "RenameStmt": ("ALTER", "renameType"), "AlterTableStmt": ("ALTER", "objtype"),
    "AlterObjectSchemaStmt": ("ALTER", "objectType"), "AlterOwnerStmt": ("ALTER", "objectType"),
}  # fmt: skip
"""Statements for several kinds of object -> verb, and the field that names the kind."""
OBJECTS = {"MATVIEW": "MATERIALIZED VIEW", "TABCONSTRAINT": "TABLE", "DOMCONSTRAINT": "DOMAIN"}


def command_tag(node: Node) -> str:
    """A command's name as messages have it: "CREATE TABLE", "DROP MATERIALIZED VIEW"."""
    found = OBJECT_FIELDS.get(node.kind)
    if found is None:
        return NAMES.get(node.kind, node.kind.removesuffix("Stmt").upper())
    verb, field = found
    kind = node.peek(field, "OBJECT_TABLE")
    if kind in ("OBJECT_COLUMN", "OBJECT_ATTRIBUTE"):
        kind = node.peek("relationType", "OBJECT_TABLE")
    kind = kind.removeprefix("OBJECT_")
    return f"{verb} {OBJECTS.get(kind, kind.replace('_', ' '))}"


def find_command(raw: RawStatement) -> Command:
    """The command for a statement (0A000 naming it if there is none)."""
    kind = command_kind(raw.node.kind)
    if kind is None:
        raise not_supported(NAMES.get(raw.node.kind, raw.node.kind.removesuffix("Stmt")))
    return Command(raw, kind)
