"""Which handler does which statement: parse node kind -> handler."""

from executor.ddl.base import Handler
from executor.ddl.sequence import alter_sequence, create_sequence
from executor.ddl.table import create_table

HANDLERS: dict[str, Handler] = {
    "CreateStmt": create_table,
    "CreateSeqStmt": create_sequence,
    "AlterSeqStmt": alter_sequence,
}
