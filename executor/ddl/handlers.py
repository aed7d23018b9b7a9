"""Which handler does which statement: parse node kind -> handler."""

from executor.ddl.alter_table import alter_table
from executor.ddl.base import Handler
from executor.ddl.comment import comment
from executor.ddl.composite import create_composite
from executor.ddl.domain import alter_domain, create_domain
from executor.ddl.drop import drop
from executor.ddl.enum import alter_enum, create_enum
from executor.ddl.index import create_index
from executor.ddl.publication import alter_publication, create_publication
from executor.ddl.range import create_range
from executor.ddl.rename import rename, set_owner, set_schema
from executor.ddl.routine import create_routine
from executor.ddl.routine_alter import alter_routine
from executor.ddl.schema import create_schema
from executor.ddl.sequence import alter_sequence, create_sequence
from executor.ddl.table import create_table
from executor.ddl.trigger import create_trigger
from executor.ddl.truncate import truncate
from executor.ddl.view import create_view

HANDLERS: dict[str, Handler] = {
    "CreateStmt": create_table,
    "IndexStmt": create_index,
    "ViewStmt": create_view,
    "CreateSchemaStmt": create_schema,
    "CreateSeqStmt": create_sequence,
    "AlterSeqStmt": alter_sequence,
    "AlterTableStmt": alter_table,
    "RenameStmt": rename,
    "AlterObjectSchemaStmt": set_schema,
    "AlterOwnerStmt": set_owner,
    "DropStmt": drop,
    "CommentStmt": comment,
    "CreateEnumStmt": create_enum,
    "AlterEnumStmt": alter_enum,
    "CreateRangeStmt": create_range,
    "CompositeTypeStmt": create_composite,
    "CreateDomainStmt": create_domain,
    "AlterDomainStmt": alter_domain,
    "TruncateStmt": truncate,
    "CreateTrigStmt": create_trigger,
    "CreateFunctionStmt": create_routine,
    "AlterFunctionStmt": alter_routine,
    "CreatePublicationStmt": create_publication,
    "AlterPublicationStmt": alter_publication,
}
