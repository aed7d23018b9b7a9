"""Functions of LISTEN and NOTIFY: pg_notify, pg_listening_channels, pg_notification_queue_usage."""

from collections.abc import Iterator

from executor.builtins.base import Builtin, Python, SetReturning
from executor.context import Context
from executor.errors import not_supported
from executor.notify import Notifications
from executor.recovery import during_recovery


def _notifications(context: Context) -> Notifications:
    if context.session is None:
        raise not_supported("a notification outside of a session")
    found: Notifications = context.session.notifications
    return found


def _notify(context: Context, channel: str | None, payload: str | None) -> str:
    if context.settings.in_recovery:
        raise during_recovery("NOTIFY")
    _notifications(context).notify(channel or "", payload or "")
    return ""


def _channels(context: Context) -> Iterator[str]:
    yield from _notifications(context).channels


def _usage(context: Context) -> float:
    return _notifications(context).usage


BUILTINS = (
    Builtin("pg_notify(text,text)", Python(_notify, context=True), ("pg_notify('channel', repeat('x', 8000))", "ERROR 22023")),
    Builtin("pg_listening_channels()", SetReturning(_channels, context=True)),
    Builtin("pg_notification_queue_usage()", Python(_usage, context=True)),
)
