"""CREATE, ALTER and DROP SUBSCRIPTION, as far as the catalog goes: options, checks, and the object itself.

What is asked of the publisher is executor.commands.subscriptions' part. Source: sql-createsubscription.html.
"""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from executor.catalog.model import OWNER_OID, Subscription
from executor.ddl.base import DdlContext, DdlResult
from executor.ddl.objects import put_subscription
from executor.ddl.ownership import check_may_give
from executor.ddl.schema import role_oid
from executor.errors import not_supported
from executor.option_values import OptionReaders, option_boolean, option_text, read_parameters
from executor.parse import Node, Source
from executor.privileges.rules import Owned, not_owner
from executor.sqlstates import (
    DuplicateObject,
    InsufficientPrivilege,
    InvalidObjectDefinition,
    InvalidParameterValue,
    ObjectNotInPrerequisiteState,
    SyntaxError,
    UndefinedObject,
)
from executor.types.integer import lsn_from_text

Given = dict[str, Any]
_SYNCHRONOUS_COMMIT = frozenset(("local", "remote_write", "remote_apply", "on", "off", "true", "false", "yes", "no", "1", "0"))


def _slot(name: str, argument: Node | None) -> str | None:
    text = option_text(name, argument)
    return None if text == "none" else text


def _streaming(name: str, argument: Node | None) -> str:
    if argument is None:
        return "t"
    text = option_text(name, argument).lower()
    if text == "parallel":
        return "p"
    if text in ("true", "on", "1"):
        return "t"
    if text in ("false", "off", "0"):
        return "f"
    raise SyntaxError('streaming requires a Boolean value or "parallel"')


def _origin(name: str, argument: Node | None) -> str:
    text = option_text(name, argument)
    if text.lower() not in ("none", "any"):
        raise InvalidParameterValue(f'unrecognized origin value: "{text}"')
    return text.lower()


def _two_phase(name: str, argument: Node | None) -> bool:
    if option_boolean(name, argument):
        raise not_supported("a subscription with two_phase")
    return False


def _synchronous_commit(name: str, argument: Node | None) -> str:
    text = option_text(name, argument)
    if text.lower() not in _SYNCHRONOUS_COMMIT:
        raise InvalidParameterValue(
            f'invalid value for parameter "synchronous_commit": "{text}"',
            hint="Available values: local, remote_write, remote_apply, on, off.")
    return text


def _lsn(name: str, argument: Node | None) -> int:
    text = option_text(name, argument)
    if text.lower() == "none":
        return 0
    position = lsn_from_text(text)
    if not position:
        raise InvalidParameterValue(f"invalid WAL location (LSN): {text}")
    return position


_BOTH: OptionReaders = {
    "slot_name": ("slot", _slot), "synchronous_commit": ("synchronous_commit", _synchronous_commit),
    "binary": ("binary", option_boolean), "streaming": ("streaming", _streaming),
    "disable_on_error": ("disable_on_error", option_boolean), "password_required": ("password_required", option_boolean),
    "run_as_owner": ("run_as_owner", option_boolean), "failover": ("failover", option_boolean), "origin": ("origin", _origin),
    "two_phase": ("two_phase", _two_phase)}
CREATE = {**_BOTH, "connect": ("connect", option_boolean), "enabled": ("enabled", option_boolean),
          "create_slot": ("create_slot", option_boolean), "copy_data": ("copy_data", option_boolean)}
SKIP = {"lsn": ("skip_lsn", _lsn)}
REFRESH = {"copy_data": ("copy_data", option_boolean)}
PUBLICATIONS = {**REFRESH, "refresh": ("refresh", option_boolean)}
FIELDS = frozenset(field for field, _ in _BOTH.values()) - {"two_phase"}


def read_options(nodes: Sequence[Node], known: OptionReaders, source: Source) -> Given:
    """The options that are given, by field (42601)."""
    return read_parameters(nodes, known, "subscription", source)


def created(name: str, conninfo: str, publications: list[str], given: Given, ctx: DdlContext) -> Subscription:
    """The subscription that is asked for (42710, 42601)."""
    if not given.get("connect", True):
        for option in ("enabled", "create_slot", "copy_data"):
            if given.get(option):
                raise SyntaxError(f"connect = false and {option} = true are mutually exclusive options")
        given |= {"enabled": False, "create_slot": False, "copy_data": False}
    if "slot" in given and given["slot"] is None:
        for option in ("enabled", "create_slot"):
            if given.get(option):
                raise SyntaxError(f"slot_name = NONE and {option} = true are mutually exclusive options")
        for option in ("enabled", "create_slot"):
            if given.get(option, True):
                raise SyntaxError(f"subscription with slot_name = NONE must also set {option} = false")
    check_password_required(given, ctx)
    check_twice(publications)
    if name in ctx.catalog.subscriptions_by_name:
        raise DuplicateObject(f'subscription "{name}" already exists')
    fields = {field: value for field, value in given.items() if field in FIELDS}
    fields.setdefault("slot", name)
    return Subscription(oid=ctx.new_oid(), name=name, conninfo=conninfo, publications=tuple(publications),
                        enabled=given.get("enabled", True), **fields)


def check_twice(publications: Sequence[str]) -> None:
    """42710."""
    for name in publications:
        if list(publications).count(name) > 1:
            raise DuplicateObject(f'publication name "{name}" used more than once')


def get_subscription(ctx: DdlContext, name: str) -> Subscription:
    """The subscription of this name (42704)."""
    found = ctx.catalog.subscriptions_by_name.get(name)
    if found is None:
        raise UndefinedObject(f'subscription "{name}" does not exist')
    return found


def owned_subscription(ctx: DdlContext, name: str) -> Subscription:
    """The same, if the current user owns it (42501)."""
    found = get_subscription(ctx, name)
    thing = Owned("subscription", "subscription", name, found.owner or OWNER_OID, None)
    if not ctx.who.owns(thing):
        raise not_owner(thing)
    return found


def check_password_required(given: Given, ctx: DdlContext) -> None:
    """42501 where somebody who is no superuser wants to do without."""
    if not given.get("password_required", True) and not ctx.who.is_superuser:
        raise InsufficientPrivilege("password_required=false is superuser-only",
                                    hint="Subscriptions with the password_required option set to false may only be created or "
                                         "modified by the superuser.")


def altered(old: Subscription, given: Given) -> Subscription:
    """SET (options) (55000)."""
    if "slot" in given and given["slot"] is None and old.enabled:
        raise ObjectNotInPrerequisiteState("cannot set slot_name = NONE for enabled subscription")
    if given.get("failover", old.failover) != old.failover and old.enabled:
        raise ObjectNotInPrerequisiteState('cannot set option "failover" for enabled subscription')
    return replace(old, **{field: value for field, value in given.items() if field in FIELDS})


def with_publications(old: Subscription, kind: str, names: list[str]) -> tuple[str, ...]:
    """ADD, DROP or SET PUBLICATION: the names afterwards (42710, 42704, 42P17)."""
    check_twice(names)
    if kind == "ALTER_SUBSCRIPTION_SET_PUBLICATION":
        return tuple(names)
    if kind == "ALTER_SUBSCRIPTION_ADD_PUBLICATION":
        for name in names:
            if name in old.publications:
                raise DuplicateObject(f'publication "{name}" is already in subscription "{old.name}"')
        return (*old.publications, *names)
    for name in names:
        if name not in old.publications:
            raise UndefinedObject(f'publication "{name}" is not in subscription "{old.name}"')
    left = tuple(name for name in old.publications if name not in names)
    if not left:
        raise InvalidObjectDefinition("cannot drop all the publications from a subscription")
    return left


def rename_subscription(node: Node, ctx: DdlContext, kind: str) -> DdlResult:
    """ALTER SUBSCRIPTION ... RENAME TO."""
    name, new = node.take("object").text, node.take("newname")
    found = owned_subscription(ctx, name)
    if new in ctx.catalog.subscriptions_by_name:
        raise DuplicateObject(f'subscription "{new}" already exists')
    ctx.catalog = put_subscription(ctx.catalog, replace(found, name=new))
    return DdlResult(ctx.catalog, tag="ALTER SUBSCRIPTION")


def set_subscription_owner(node: Node, ctx: DdlContext) -> DdlResult:
    """ALTER SUBSCRIPTION ... OWNER TO."""
    new = role_oid(node.take("newowner"), ctx)
    found = owned_subscription(ctx, node.take("object").text)
    if (found.owner or OWNER_OID) != new:
        if not ctx.who.is_superuser:
            check_may_give(ctx.who, new)
        ctx.catalog = put_subscription(ctx.catalog, replace(found, owner=new))
    return DdlResult(ctx.catalog, tag="ALTER SUBSCRIPTION")
