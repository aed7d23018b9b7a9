"""bool: casts to and from integers. Its comparisons are in executor.builtins.comparison, as text it is in text."""

from executor.builtins.base import Builtin, native

BUILTINS = (
    Builtin("bool(int4)", native(lambda a: f"({a} <> 0)"), ("bool(2)", "t")),
    Builtin("int4(bool)", native(lambda a: a), ("int4(true)", "1")),
)
