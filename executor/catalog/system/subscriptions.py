"""pg_subscription and pg_subscription_rel."""

from collections.abc import Iterator

from executor.catalog.model import OWNER_OID
from executor.catalog.system.session_view import SessionView
from executor.catalog.system.shape import Row, array, maker


def pg_subscription(view: SessionView) -> Iterator[Row]:
    """Subscriptions."""
    for s in view.catalog.subscriptions:
        yield _subscription(
            oid=s.oid, subdbid=view.database_oid, subskiplsn=s.skip_lsn, subname=s.name, subowner=s.owner or OWNER_OID,
            subenabled=int(s.enabled), subbinary=int(s.binary), substream=s.streaming, subtwophasestate="d",
            subdisableonerr=int(s.disable_on_error), subpasswordrequired=int(s.password_required),
            subrunasowner=int(s.run_as_owner), subfailover=int(s.failover), subconninfo=s.conninfo, subslotname=s.slot,
            subsynccommit=s.synchronous_commit, subpublications=array(s.publications), suborigin=s.origin)


def pg_subscription_rel(view: SessionView) -> Iterator[Row]:
    """Their tables."""
    for s in view.catalog.subscriptions:
        for t in s.tables:
            yield _table(srsubid=s.oid, srrelid=t.relation, srsubstate=t.state, srsublsn=t.lsn or None)


_subscription = maker("pg_catalog.pg_subscription")
_table = maker("pg_catalog.pg_subscription_rel")
