"""pg_export_snapshot."""

from executor.builtins.base import Builtin, Python
from executor.context import Context
from executor.errors import not_supported
from executor.snapshots import export_snapshot


def _export(context: Context) -> str:
    if context.session is None:
        raise not_supported("pg_export_snapshot outside of a session")
    return export_snapshot(context.session)


BUILTINS = (Builtin("pg_export_snapshot()", Python(_export, context=True)),)
