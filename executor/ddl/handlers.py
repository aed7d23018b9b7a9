"""Which handler does which statement: parse node kind -> handler."""

from executor.ddl.base import Handler
from executor.ddl.drop import drop
from executor.ddl.index import create_index
from executor.ddl.schema import create_schema
from executor.ddl.sequence import alter_sequence, create_sequence
from executor.ddl.table import create_table

HANDLERS: dict[str, Handler] = {
    "CreateStmt": create_table,
    "IndexStmt": create_index,
    "CreateSchemaStmt": create_schema,
    "CreateSeqStmt": create_sequence,
    "AlterSeqStmt": alter_sequence,
    "DropStmt": drop,
}
