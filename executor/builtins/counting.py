"""count and the window functions SQLite has itself."""

from executor.builtins.base import Builtin, NativeAggregate

BUILTINS = (
    Builtin("count()", NativeAggregate(lambda over: f"count(*){over}")),
    Builtin("count(any)", NativeAggregate(lambda over, x: f"count({x}){over}")),
    Builtin("row_number()", NativeAggregate(lambda over: f"row_number(){over}")),
    Builtin("rank()", NativeAggregate(lambda over: f"rank(){over}")),
    Builtin("dense_rank()", NativeAggregate(lambda over: f"dense_rank(){over}")),
)
