"""Plans that all simple queries of one shape share: texts that differ in literals only, or in literals that do not matter.

Under the key of a shape the plan cache has the plan, or the numbers of the literals that decide about it (then there is a
plan under a key with their values), or NOT_LIFTABLE.
"""

from typing import TYPE_CHECKING, Any

from executor.bind.statement import LiteralNeeded
from executor.errors import SqlError
from executor.lifting import Lifted
from executor.parse import RawStatement
from executor.prepared import Prepared

if TYPE_CHECKING:
    from executor.session import Session

NOT_LIFTABLE = object()


def shape_key(session: "Session", lifted: Lifted, needed: frozenset[int] = frozenset()) -> Any:
    """The key of a plan for all texts of one shape; `needed`: the literals that must be the same, by number."""
    shape = (lifted.shape, session.plan_key("", ()))
    return (*shape, tuple(lifted.literals[number] for number in sorted(needed))) if needed else shape


async def prepare_lifted(session: "Session", raw: RawStatement, lifted: Lifted) -> Prepared | None:
    """Prepare a statement for all that may share its plan; None if no other may."""
    key = shape_key(session, lifted)
    known = session.plans.get(key)
    needed = known if isinstance(known, frozenset) else frozenset()
    while known is not NOT_LIFTABLE and len(needed) < len(lifted.literals):
        places = {place: number for place, number in lifted.places.items() if number not in needed}
        try:
            analyzed = await session.analyze(raw, (), places)
        except LiteralNeeded as decisive:
            if decisive.numbers <= needed:
                break
            needed |= decisive.numbers
            session.plans.put(key, needed)
            continue
        except SqlError:  # perhaps only because equal literals were taken for different ones (GROUP BY a + 1)
            await session.analyze(raw)
            break
        prepared = Prepared("", raw.source, raw, (), (), analyzed.columns, analyzed)
        if analyzed.may_be_kept and not analyzed.parameters:
            session.plans.put(shape_key(session, lifted, needed), prepared)
        return prepared
    session.plans.put(key, NOT_LIFTABLE)
    return None
