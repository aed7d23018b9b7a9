"""Advisory locks: a table of functions over executor.advisory. Each comes for a bigint and for two integers."""

from collections.abc import Callable

from executor.advisory import AdvisoryLocks, advisory_key
from executor.builtins.base import Builtin, Example, Python
from executor.context import Context
from executor.errors import not_supported
from storage.locks import Mode, Request


def _locks(context: Context) -> AdvisoryLocks:
    if context.session is None:
        raise not_supported("an advisory lock outside of a session")
    found: AdvisoryLocks = context.session.advisory
    return found


def _mode(shared: bool) -> Mode:
    return Mode.SHARE if shared else Mode.EXCLUSIVE


def _lock(*, shared: bool, transaction: bool) -> Callable[..., str]:
    def lock(context: Context, *numbers: int) -> str:
        _locks(context).take(Request(advisory_key(*numbers), _mode(shared), not transaction), wait=True)
        return ""

    return lock


def _try(*, shared: bool, transaction: bool) -> Callable[..., int]:
    def attempt(context: Context, *numbers: int) -> int:
        request = Request(advisory_key(*numbers), _mode(shared), not transaction)
        return int(_locks(context).take(request, wait=False))

    return attempt


def _unlock(*, shared: bool) -> Callable[..., int]:
    def unlock(context: Context, *numbers: int) -> int:
        return int(_locks(context).release(advisory_key(*numbers), _mode(shared)))

    return unlock


def _unlock_all(context: Context) -> str:
    _locks(context).release_all()
    return ""


def _rows(name: str, function: Callable[..., object], example: Example = None) -> tuple[Builtin, ...]:
    implementation = Python(function, context=True)
    return Builtin(f"{name}(int8)", implementation, example), Builtin(f"{name}(int4,int4)", implementation)


BUILTINS = (
    *_rows("pg_advisory_lock", _lock(shared=False, transaction=False)),
    *_rows("pg_advisory_lock_shared", _lock(shared=True, transaction=False)),
    *_rows("pg_advisory_xact_lock", _lock(shared=False, transaction=True)),
    *_rows("pg_advisory_xact_lock_shared", _lock(shared=True, transaction=True)),
    *_rows("pg_try_advisory_lock", _try(shared=False, transaction=False)),
    *_rows("pg_try_advisory_lock_shared", _try(shared=True, transaction=False)),
    *_rows("pg_try_advisory_xact_lock", _try(shared=False, transaction=True)),
    *_rows("pg_try_advisory_xact_lock_shared", _try(shared=True, transaction=True)),
    *_rows("pg_advisory_unlock", _unlock(shared=False)),
    *_rows("pg_advisory_unlock_shared", _unlock(shared=True)),
    Builtin("pg_advisory_unlock_all()", Python(_unlock_all, context=True)),
)
