"""Plans of a schema that another program has changed since they were made.

What this server changes itself makes a new catalog at once. A change by another program is noticed by its schema
version: when a statement runs, and before its columns are told, because a client must not be told the old ones first.
A result that nobody has been told of may change; one that was told may not (0A000, as in PostgreSQL).
"""

from typing import TYPE_CHECKING

from executor.portal import Portal, QueryPortal
from storage.statement import Isolation

if TYPE_CHECKING:
    from executor.prepared import Prepared
    from executor.session import Session


def is_outdated(session: "Session", prepared: "Prepared") -> bool:
    """Whether the newest schema is another than the statement was analyzed against."""
    transaction = session.block.transaction
    if prepared.analyzed is None or session.own_catalog is not None:
        return False
    if transaction is not None and transaction.isolation is not Isolation.READ_COMMITTED:
        return False  # its snapshot may be older than the newest schema; running will tell
    return bool(prepared.analyzed.catalog.version != session.database.schema_token())


async def renew_portal(session: "Session", portal: Portal) -> None:
    """Before a portal is described: analyze its statement again if the schema changed."""
    if not isinstance(portal, QueryPortal) or not portal.is_new or not is_outdated(session, portal.prepared):
        return
    await session.catalog(refresh=True)
    renewed = await session.without_lifting(portal.prepared, portal.text, fixed=bool(portal.prepared.name))
    if renewed.parameters != portal.prepared.parameters:
        return  # the values were read as the old types: running refuses it
    formats = {c.format for c in portal.columns or ()}
    if len(formats) > 1 and len(renewed.columns or ()) != len(portal.columns or ()):
        return
    wanted = tuple(c.format for c in portal.columns or ()) if len(formats) > 1 else tuple(formats)
    portal.prepared, portal.literals, portal.text = renewed, (), ""
    portal.show(renewed.columns, wanted)


async def renew_statement(session: "Session", prepared: "Prepared") -> None:
    """Before a prepared statement is described for the first time: analyze it again if the schema changed."""
    if prepared.described or not is_outdated(session, prepared):
        return
    await session.catalog(refresh=True)
    renewed = await session.without_lifting(prepared, "", fixed=False)
    prepared.analyzed, prepared.columns, prepared.parameters = renewed.analyzed, renewed.columns, renewed.parameters
