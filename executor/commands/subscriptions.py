"""CREATE, ALTER and DROP SUBSCRIPTION: what of it is asked of the publisher, and what is kept here.

The publisher is asked by engine.replication (executor.replicas.Subscriber), which also applies what it sends; it is told of each
change once that is committed.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from executor.catalog.model import Catalog, SubscribedTable, Subscription
from executor.commands.base import CommandKind, Parameters, Result
from executor.commands.ddl import apply, begin
from executor.ddl.base import DdlContext, DdlResult
from executor.ddl.objects import put_subscription, without
from executor.ddl.subscription import (
    CREATE,
    PUBLICATIONS,
    REFRESH,
    SKIP,
    Given,
    altered,
    check_password_required,
    created,
    get_subscription,
    owned_subscription,
    read_options,
    with_publications,
)
from executor.errors import not_supported
from executor.origins import Origin, change_origin, origins_of
from executor.parse import Node, RawStatement, Source
from executor.sqlstates import (
    InsufficientPrivilege,
    ObjectNotInPrerequisiteState,
    SuccessfulCompletion,
    SyntaxError,
    UndefinedTable,
    Warning,
    WrongObjectType,
)

if TYPE_CHECKING:
    from executor.replicas import Published, Subscriber
    from executor.session import Session


def origin_name(oid: int) -> str:
    """The replication origin of a subscription."""
    return f"pg_{oid}"


def _subscriber(session: "Session") -> "Subscriber":
    if session.engine.replication is None:
        raise not_supported("a subscription without a server")
    found: Subscriber = session.engine.replication.subscriptions
    return found


def _needs_password(session: "Session", subscription: Subscription) -> bool:
    """Else who is no superuser could connect with the server's own rights."""
    return subscription.password_required and not session.identity.is_superuser


async def run_create(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """CREATE SUBSCRIPTION (42501, 25001, 42601, 42710, 08006, 42704, 42P01)."""
    node = raw.node
    name, conninfo = node.take("subname"), node.take("conninfo")
    publications = [item.text for item in node.nodes("publication")]
    given = read_options(node.nodes("options"), CREATE, Source(raw.source))
    makes_slot = given.get("connect", True) and given.get("create_slot", True)
    if makes_slot and not ("slot" in given and given["slot"] is None):
        session.block.refuse_inside("CREATE SUBSCRIPTION ... WITH (create_slot = true)")
    subscriber = _subscriber(session)
    if not session.identity.has_role("pg_create_subscription"):
        raise InsufficientPrivilege(
            "permission denied to create subscription",
            detail='Only roles with privileges of the "pg_create_subscription" role may create subscriptions.')
    with session.block.begin_statement().hold():
        ddl, catalog = await begin(session, raw)
        made = created(name, conninfo, publications, given, ddl)
        subscriber.check_conninfo(conninfo, needs_password=_needs_password(session, made))
        if given.get("connect", True):
            found = await subscriber.published(name, conninfo, publications)
            _warn_missing(session, found)
            state = "i" if given.get("copy_data", True) else "r"
            made = replace(made, tables=_tables(ddl.catalog, found, (), state))
        else:
            session.notices.append(Warning(
                "subscription was created, but is not connected", severity="WARNING",
                hint="To initiate replication, you must manually create the replication slot, enable the subscription, and "
                     "refresh the subscription."))
        _make_origin(session, made)
        await _apply(session, ddl, put_subscription(ddl.catalog, made), catalog)
        if makes_slot and made.slot is not None:
            await subscriber.make_slot(name, conninfo, made.slot, failover=made.failover)
            session.notices.append(SuccessfulCompletion(
                f'created replication slot "{made.slot}" on publisher', severity="NOTICE"))
        raw.node.finish()
    return Result("CREATE SUBSCRIPTION")


def _make_origin(session: "Session", made: Subscription) -> None:
    known = origins_of(session)
    number = max(known, default=0) + 1
    change_origin(session, number, Origin(number, origin_name(made.oid)))


def _warn_missing(session: "Session", found: "Published") -> None:
    """The publications that are not there may come yet."""
    if found.missing:
        names = ", ".join(f'"{name}"' for name in found.missing)
        what = f"publications {names} do" if len(found.missing) > 1 else f"publication {names} does"
        session.notices.append(Warning(f"{what} not exist on the publisher", severity="WARNING"))


def _tables(catalog: Catalog, found: "Published", before: Sequence[SubscribedTable], state: str) -> tuple[SubscribedTable, ...]:
    """The tables that are published, those of before as they are (42P01, 42809)."""
    known = {table.relation: table for table in before}
    tables = []
    for schema, name in found.tables:
        relation = catalog.relations_by_name.get((schema, name))
        if relation is None:
            raise UndefinedTable(f'relation "{schema}.{name}" does not exist')
        if relation.relkind not in "rp":
            raise WrongObjectType(f'cannot use relation "{schema}.{name}" as logical replication target')
        tables.append(known.get(relation.oid) or SubscribedTable(relation=relation.oid, state=state))
    return tuple(tables)


async def _apply(session: "Session", ddl: DdlContext, changed: Catalog, before: Catalog) -> None:
    ddl.catalog = changed
    await apply(session, ddl, DdlResult(changed), before)
    session.block.at_commit.append(_subscriber(session).changed)


async def run_alter(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """ALTER SUBSCRIPTION (42704, 42501, 55000, 42601 ...)."""
    node = raw.node
    kind, name = node.take("kind"), node.take("subname")
    with session.block.begin_statement().hold():
        ddl, catalog = await begin(session, raw)
        old = owned_subscription(ddl, name)
        new = await _altered(session, ddl, old, kind, node)
        raw.node.finish()
        await _apply(session, ddl, put_subscription(ddl.catalog, new), catalog)
    return Result("ALTER SUBSCRIPTION")


async def _altered(session: "Session", ddl: DdlContext, old: Subscription, kind: str, node: Node) -> Subscription:
    options = node.nodes("options")
    if kind == "ALTER_SUBSCRIPTION_OPTIONS":
        given = read_options(options, {name: option for name, option in CREATE.items() if option[0] not in (
            "connect", "enabled", "create_slot", "copy_data")}, ddl.source)
        check_password_required(given, ddl)
        new = altered(old, given)
        if new.failover != old.failover and new.slot is not None:
            await _subscriber(session).alter_slot(old.name, old.conninfo, new.slot, failover=new.failover)
        return new
    if kind == "ALTER_SUBSCRIPTION_SKIP":
        return replace(old, **read_options(options, SKIP, ddl.source))
    if kind == "ALTER_SUBSCRIPTION_CONNECTION":
        conninfo = node.take("conninfo")
        _subscriber(session).check_conninfo(conninfo, needs_password=_needs_password(session, old))
        return replace(old, conninfo=conninfo)
    if kind == "ALTER_SUBSCRIPTION_ENABLED":
        (option,) = options
        given = read_options([option], {"enabled": CREATE["enabled"]}, ddl.source)
        if given["enabled"] and old.slot is None:
            raise ObjectNotInPrerequisiteState("cannot enable subscription that does not have a slot name")
        return replace(old, enabled=given["enabled"])
    return await _with_publications(session, ddl, old, kind, node, options)


async def _with_publications(session: "Session", ddl: DdlContext, old: Subscription, kind: str, node: Node,
                             options: list[Node]) -> Subscription:
    """ADD, DROP, SET PUBLICATION and REFRESH PUBLICATION."""
    if kind == "ALTER_SUBSCRIPTION_REFRESH":
        if not old.enabled:
            raise ObjectNotInPrerequisiteState("ALTER SUBSCRIPTION ... REFRESH is not allowed for disabled subscriptions")
        session.block.refuse_inside("ALTER SUBSCRIPTION ... REFRESH")
        return await _refreshed(session, ddl, old, read_options(options, REFRESH, ddl.source))
    given = read_options(options, PUBLICATIONS, ddl.source)
    if kind == "ALTER_SUBSCRIPTION_DROP_PUBLICATION" and "copy_data" in given:
        raise SyntaxError('unrecognized subscription parameter: "copy_data"')
    new = replace(old, publications=with_publications(old, kind, [item.text for item in node.nodes("publication")]))
    if not given.get("refresh", True):
        return new
    if not old.enabled:
        hints = {"ALTER_SUBSCRIPTION_SET_PUBLICATION": "SET", "ALTER_SUBSCRIPTION_ADD_PUBLICATION": "ADD",
                 "ALTER_SUBSCRIPTION_DROP_PUBLICATION": "DROP"}
        raise ObjectNotInPrerequisiteState(
            "ALTER SUBSCRIPTION with refresh is not allowed for disabled subscriptions",
            hint="Use ALTER SUBSCRIPTION ... SET PUBLICATION ... WITH (refresh = false)." if hints[kind] == "SET" else
            f"Use ALTER SUBSCRIPTION ... {hints[kind]} PUBLICATION ... WITH (refresh = false) instead.")
    session.block.refuse_inside("ALTER SUBSCRIPTION with refresh")
    return await _refreshed(session, ddl, new, given)


async def _refreshed(session: "Session", ddl: DdlContext, old: Subscription, given: Given) -> Subscription:
    found = await _subscriber(session).published(old.name, old.conninfo, old.publications)
    _warn_missing(session, found)
    return replace(old, tables=_tables(ddl.catalog, found, old.tables, "i" if given.get("copy_data", True) else "r"))


async def run_drop(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """DROP SUBSCRIPTION (42704, 42501, 25001, 08006)."""
    node = raw.node
    name, missing_ok = node.take("subname"), node.take("missing_ok", False)
    node.take("behavior")
    with session.block.begin_statement().hold():
        ddl, catalog = await begin(session, raw)
        if missing_ok and name not in ddl.catalog.subscriptions_by_name:
            session.notices.append(SuccessfulCompletion(f'subscription "{name}" does not exist, skipping', severity="NOTICE"))
            return Result("DROP SUBSCRIPTION")
        get_subscription(ddl, name)
        old = owned_subscription(ddl, name)
        if old.slot is not None:
            session.block.refuse_inside("DROP SUBSCRIPTION")
        raw.node.finish()
        subscriber = _subscriber(session)
        await subscriber.end(session.database.name, old.oid)
        for origin in origins_of(session).values():
            if origin.name == origin_name(old.oid):
                change_origin(session, origin.oid, None)
        await _apply(session, ddl, without(ddl.catalog, [old.oid]), catalog)
        if old.slot is not None:
            await subscriber.drop_slot(name, old.conninfo, old.slot)
            session.notices.append(SuccessfulCompletion(
                f'dropped replication slot "{old.slot}" on publisher', severity="NOTICE"))
    return Result("DROP SUBSCRIPTION")


COMMANDS = {
    "CreateSubscriptionStmt": CommandKind(run_create, read_only_ok=False),
    "AlterSubscriptionStmt": CommandKind(run_alter, read_only_ok=False),
    "DropSubscriptionStmt": CommandKind(run_drop, read_only_ok=False),
}
