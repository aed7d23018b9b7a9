"""Parse node -> command."""

from executor.commands import copy, cursors, databases, ddl, explain, maintenance, prepared, settings, transaction
from executor.commands.base import Command, CommandKind
from executor.errors import not_supported
from executor.parse import RawStatement

COMMANDS: dict[str, CommandKind] = {
    **transaction.COMMANDS, **settings.COMMANDS, **prepared.COMMANDS, **cursors.COMMANDS, **explain.COMMANDS,
    **maintenance.COMMANDS, **databases.COMMANDS, **ddl.COMMANDS, **copy.COMMANDS,
}  # fmt: skip

NAMES = {
    "CreateFunctionStmt": "CREATE FUNCTION", "DoStmt": "DO", "CallStmt": "CALL", "CreateTrigStmt": "CREATE TRIGGER",
    "MergeStmt": "MERGE", "GrantStmt": "GRANT", "CreateRoleStmt": "CREATE ROLE", "CreateEnumStmt": "CREATE TYPE ... AS ENUM",
    "CreateDomainStmt": "CREATE DOMAIN", "CompositeTypeStmt": "CREATE TYPE", "DefineStmt": "CREATE AGGREGATE, OPERATOR or TYPE",
    "ListenStmt": "LISTEN", "NotifyStmt": "NOTIFY", "UnlistenStmt": "UNLISTEN", "CreateExtensionStmt": "CREATE EXTENSION",
    "RuleStmt": "CREATE RULE", "CreatePolicyStmt": "CREATE POLICY", "CreateTableAsStmt": "CREATE TABLE AS",
    "CreateStmt": "CREATE TABLE", "IndexStmt": "CREATE INDEX", "ViewStmt": "CREATE VIEW", "DropStmt": "DROP",
    "AlterTableStmt": "ALTER TABLE", "TruncateStmt": "TRUNCATE TABLE", "RenameStmt": "ALTER ... RENAME",
    "CopyStmt": "COPY", "CommentStmt": "COMMENT", "CreateSeqStmt": "CREATE SEQUENCE", "AlterSeqStmt": "ALTER SEQUENCE",
    "CreateSchemaStmt": "CREATE SCHEMA", "ReindexStmt": "REINDEX", "DropRoleStmt": "DROP ROLE",
    "AlterRoleStmt": "ALTER ROLE", "AlterRoleSetStmt": "ALTER ROLE", "GrantRoleStmt": "GRANT",
    "CreateTableSpaceStmt": "CREATE TABLESPACE", "RefreshMatViewStmt": "REFRESH MATERIALIZED VIEW",
    "AlterOwnerStmt": "ALTER ... OWNER TO", "AlterObjectSchemaStmt": "ALTER ... SET SCHEMA",
}  # fmt: skip


def find_command(raw: RawStatement) -> Command:
    """The command for a statement (0A000 naming it if there is none)."""
    kind = COMMANDS.get(raw.node.kind)
    if kind is None:
        raise not_supported(NAMES.get(raw.node.kind, raw.node.kind.removesuffix("Stmt")))
    return Command(raw, kind)
