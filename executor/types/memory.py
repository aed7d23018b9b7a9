"""How C's memcmp tells which of two texts of bytes comes first: PostgreSQL's comparison functions hand its answer on."""

from itertools import zip_longest


def difference(a: bytes, b: bytes) -> int:
    """The difference of the first bytes that differ, as far as both go; 0 where there are none."""
    return next((x - y for x, y in zip(a, b, strict=False) if x != y), 0)


def compare_bytes(a: bytes, b: bytes) -> int:
    """Like `difference`; of two of which one begins with the other, the shorter comes first (-1, 1)."""
    return difference(a, b) or (len(a) > len(b)) - (len(a) < len(b))


def compare_bits(a: bytes, b: bytes, count: int) -> int:
    """The first `count` bits: whole bytes as in `difference`, the bits after them as -1, 0 or 1."""
    whole, rest = divmod(count, 8)
    if found := difference(a[:whole], b[:whole]):
        return found
    left, right = (v[whole] >> (8 - rest) if rest else 0 for v in (a, b))
    return (left > right) - (left < right)


def packed_bits(bits: str) -> bytes:
    """Bits as PostgreSQL keeps them: eight to a byte, zeros after the last."""
    return bytes(int("".join(part), 2) for part in zip_longest(*[iter(bits)] * 8, fillvalue="0"))
