"""random(), its ranges, setseed: PostgreSQL's own generator (xoroshiro128**), so that a seed gives the same numbers.

Each session has a generator of its own, seeded from the operating system until setseed is called.
"""

import math
import os
from decimal import Decimal
from random import SystemRandom
from weakref import WeakKeyDictionary

from executor.builtins.base import Builtin, Python
from executor.builtins.float import Float, number
from executor.context import Context
from executor.sqlstates import InvalidParameterValue
from executor.types.base import Stored
from executor.types.float import float8_text
from executor.types.numeric import EXACT, scale_of, text_of

_MASK = (1 << 64) - 1
_SEED_SCALE = (1 << 52) - 1


def _rotated(value: int, bits: int) -> int:
    return (value << bits | value >> 64 - bits) & _MASK


class Generator:
    """The state of one session's random numbers."""

    def __init__(self) -> None:
        self.s0, self.s1 = (int.from_bytes(os.urandom(8), "big") | 1 for _ in range(2))

    def seed(self, seed: float) -> None:
        """Start anew from a seed between -1 and 1."""
        state = int(_SEED_SCALE * seed) & _MASK
        found = []
        for _ in range(2):
            state = (state + 0x9E3779B97F4A7C15) & _MASK
            mixed = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & _MASK
            mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & _MASK
            found.append(mixed ^ mixed >> 31)
        self.s0, self.s1 = found
        if not self.s0 and not self.s1:
            self.s0, self.s1 = 0x5851F42D4C957F2D, 0x14057B7EF767814F

    def bits(self) -> int:
        """64 random bits."""
        s0, mixed = self.s0, self.s1 ^ self.s0
        result = _rotated(s0 * 5 & _MASK, 7) * 9 & _MASK
        self.s0 = (_rotated(s0, 24) ^ mixed ^ mixed << 16) & _MASK
        self.s1 = _rotated(mixed, 37)
        return result

    def double(self) -> float:
        """A number from 0 up to but not 1."""
        return math.ldexp(self.bits() >> 12, -52)

    def between(self, low: int, high: int) -> int:
        """An integer from low to high, both included."""
        span = (high - low) & _MASK
        if not span:
            return low
        shift = 64 - span.bit_length()
        while True:
            offset = self.bits() >> shift
            if offset <= span:
                return low + offset

    def normal(self, mean: float, deviation: float) -> float:
        """A normally distributed number."""
        u1, u2 = 1.0 - self.double(), 1.0 - self.double()
        return deviation * (math.sqrt(-2.0 * math.log(u1)) * math.sin(2.0 * math.pi * u2)) + mean


_generators: WeakKeyDictionary[Context, Generator] = WeakKeyDictionary()


def generator(context: Context) -> Generator:
    """The session's generator."""
    found = _generators.get(context)
    if found is None:
        found = _generators[context] = Generator()
    return found


def setseed(context: Context, seed: Float) -> Stored:
    """Make the session's random numbers start from a seed."""
    value = number(seed)
    if not -1 <= value <= 1:
        text = seed if isinstance(seed, str) else float8_text(seed)
        raise InvalidParameterValue(f"setseed parameter {text} is out of allowed range [-1,1]")
    generator(context).seed(value)
    return ""


def _check(ordered: bool) -> None:
    if not ordered:
        raise InvalidParameterValue("lower bound must be less than or equal to upper bound")


def random_between(context: Context, low: int, high: int) -> int:
    """An integer from low to high."""
    _check(low <= high)
    return generator(context).between(low, high)


_system = SystemRandom()


def random_numeric(context: Context, low: str, high: str) -> str:
    """A numeric from low to high with as many digits after the point as the longer of them."""
    first, last = Decimal(low), Decimal(high)
    for name, value in (("lower", first), ("upper", last)):
        if not value.is_finite():
            raise InvalidParameterValue(f"{name} bound cannot be {'NaN' if value.is_nan() else 'infinity'}")
    _check(first <= last)
    scale = max(scale_of(first), scale_of(last))
    start, end = (int(value.scaleb(scale, EXACT)) for value in (first, last))
    if end - start <= _MASK:
        chosen = start + generator(context).between(0, end - start)
    else:
        chosen = _system.randint(start, end)  # wider than the generator's 64 bits
    return text_of(Decimal(chosen).scaleb(-scale, EXACT))


BUILTINS = (
    Builtin("random()", Python(lambda context: generator(context).double(), context=True), ("random() < 1", "t")),
    *(Builtin(f"random({kind},{kind})", Python(random_between, context=True), (f"random(7::{kind}, 7::{kind})", "7"))
      for kind in ("int4", "int8")),
    Builtin("random(numeric,numeric)", Python(random_numeric, context=True), ("random(1.50, 1.50)", "1.50")),
    Builtin("random_normal(float8,float8)", Python(
        lambda context, mean, deviation: generator(context).normal(number(mean), number(deviation)), context=True),
        ("random_normal(5, 0)", "5")),
    Builtin("setseed(float8)", Python(setseed, context=True), ("setseed(2)", "ERROR 22023")),
)
