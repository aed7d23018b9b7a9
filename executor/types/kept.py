"""A cache of what texts mean, bounded by what they take: lru_cache counts entries, and one entry may be a megabyte."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar

T = TypeVar("T")


def kept(entries: int, characters: int = 1000) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """For a function whose first argument is a text: the results for the last `entries` texts are kept, but of texts longer
    than `characters` only the very last one's, which serves several calls with one long value."""

    def decorate(function: Callable[..., T]) -> Callable[..., T]:
        short: Callable[..., T] = lru_cache(entries)(function)
        long: Callable[..., T] = lru_cache(1)(function)

        @wraps(function)
        def find(text: Any, *rest: Any) -> T:
            return long(text, *rest) if isinstance(text, str) and len(text) > characters else short(text, *rest)

        return find

    return decorate
