"""PostgreSQL's names for objects that were given none: t_pkey, t_a_b_key, t_a_fkey1, cut to 63 bytes."""

from collections.abc import Collection, Iterable

NAME_BYTES_MAX = 63


def _clip(name: bytes, length: int) -> bytes:
    """Cut UTF-8 without splitting a character."""
    return name[:length].decode("utf-8", "ignore").encode()


def object_name(first: str, second: str, label: str) -> str:
    """first_second_label in at most 63 bytes: the longer of the first two is cut. Empty parts are left out."""
    a, b = first.encode(), second.encode()
    rest = (1 + len(label.encode()) if label else 0) + (1 if b else 0)
    room_a, room_b = len(a), len(b)
    while room_a + room_b > NAME_BYTES_MAX - rest:
        if room_a > room_b:
            room_a -= 1
        else:
            room_b -= 1
    parts = [_clip(a, room_a).decode(), _clip(b, room_b).decode() if b else "", label]
    return "_".join(part for i, part in enumerate(parts) if part or i == 0)


def free_name(first: str, second: str, label: str, taken: Collection[str]) -> str:
    """The first of object_name(..., label), label1, label2 ... that is not taken."""
    name, number = object_name(first, second, label), 0
    while name in taken:
        number += 1
        name = object_name(first, second, f"{label}{number}")
    return name


def column_part(names: Iterable[str]) -> str:
    """The middle part for several columns: their names joined, as many as matter in 63 bytes; "expr" for ""."""
    joined = ""
    for name in names:
        joined += ("_" if joined else "") + (name or "expr")
        if len(joined.encode()) > NAME_BYTES_MAX:
            break
    return joined
