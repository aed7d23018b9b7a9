"""uuid: making them, and what is in them. Their comparisons are in executor.builtins.comparison."""

import os
import threading
import time
from datetime import UTC, datetime, timedelta

from executor.builtins.base import Builtin, Python
from executor.types.memory import difference
from executor.types.uuid import uuid_from_hex

_NS_PER_MS = 1_000_000
_SUB_MS_BITS = 12
_STEP_NS = (_NS_PER_MS >> _SUB_MS_BITS) + 1
_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_GREGORIAN_START = datetime(1582, 10, 15, tzinfo=UTC)


def uuid_v4() -> str:
    """A random uuid."""
    data = bytearray(os.urandom(16))
    data[6] = data[6] & 0x0F | 0x40
    data[8] = data[8] & 0x3F | 0x80
    return uuid_from_hex(data.hex())


class _Clock:
    """Time in ns that goes forward by at least one step of a version 7 uuid at each reading."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def read(self) -> int:
        with self._lock:
            self._last = max(time.time_ns(), self._last + _STEP_NS)
            return self._last


_clock = _Clock()


def _version_7(nanoseconds: int) -> str:
    milliseconds, rest = divmod(nanoseconds, _NS_PER_MS)
    fraction = (rest << _SUB_MS_BITS) // _NS_PER_MS
    data = bytearray((milliseconds & (1 << 48) - 1).to_bytes(6, "big") + fraction.to_bytes(2, "big") + os.urandom(8))
    data[6] = data[6] & 0x0F | 0x70
    data[8] = data[8] & 0x3F | 0x80
    return uuid_from_hex(data.hex())


def uuid_v7() -> str:
    """A uuid that begins with the time; later ones of this process are greater."""
    return _version_7(_clock.read())


def _variant_is_standard(value: str) -> bool:
    return value[19] in "89ab"


def extract_version(value: str) -> int | None:
    """The version; NULL for uuids of another variant than RFC 9562's."""
    return int(value[14], 16) if _variant_is_standard(value) else None


def extract_timestamp(value: str) -> str | None:
    """The time in a uuid of version 1 or 7, as stored timestamptz; NULL for others."""
    version = extract_version(value)
    digits = value.replace("-", "")
    if version == 7:
        moment = _UNIX_EPOCH + timedelta(milliseconds=int(digits[:12], 16))
    elif version == 1:
        ticks = int(digits[13:16] + digits[8:12] + digits[:8], 16)
        moment = _GREGORIAN_START + timedelta(microseconds=ticks // 10)
    else:
        return None
    text = moment.strftime("%Y-%m-%d %H:%M:%S.%f").rstrip("0").rstrip(".")
    return text.rjust(len(text) + 4 - len(text.partition("-")[0]), "0")


def compare(a: str, b: str) -> int:
    """uuid_cmp."""
    return difference(bytes.fromhex(a.replace("-", "")), bytes.fromhex(b.replace("-", "")))


BUILTINS = (
    Builtin("gen_random_uuid()", Python(uuid_v4)),
    Builtin("uuidv4()", Python(uuid_v4)),
    Builtin("uuidv7()", Python(uuid_v7)),
    Builtin("uuid_extract_version(uuid)", Python(extract_version),
            ("uuid_extract_version('41db1265-8bc1-4ab3-992f-885799a4af1d'::uuid)", "4")),
    Builtin("uuid_extract_timestamp(uuid)", Python(extract_timestamp),
            ("uuid_extract_timestamp('C232AB00-9414-11EC-B3C8-9F6BDECED846'::uuid) at time zone 'UTC'",
             "2022-02-22 19:22:22")),
    Builtin("uuid_cmp(uuid,uuid)", Python(compare),
            ("uuid_cmp('00000000-0000-0000-0000-000000000001'::uuid, '00000000-0000-0000-0000-000000000001'::uuid)",
             "0")),
)
