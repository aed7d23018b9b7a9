"""CREATE, ALTER, DROP, COMMENT and TRUNCATE.

Pure functions from one Catalog to the next, with the SQLite statements that do it.
"""

from executor.ddl.handlers import HANDLERS

__all__ = ["HANDLERS"]
