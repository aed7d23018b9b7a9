"""What a consumer of pgoutput may ask for, with PostgreSQL's checks and messages."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from replication.output import Options, PluginError, pairs

VERSION_MIN, VERSION_MAX = 1, 4
STREAMING_VERSION, TWO_PHASE_VERSION, PARALLEL_VERSION = 2, 3, 4
UINT32_MAX = 2**32 - 1
NAME_BYTES_MAX = 63


class Streaming(Enum):
    """How transactions come that are too large to wait for. PARALLEL: the consumer applies them while they come."""

    OFF = "off"
    ON = "on"
    PARALLEL = "parallel"


@dataclass(frozen=True, slots=True)
class PgOutputOptions:
    """The options of one consumer."""

    version: int
    publications: tuple[str, ...]
    binary: bool = False
    messages: bool = False
    streaming: Streaming = Streaming.OFF
    no_origin: bool = False


def parse_options(options: Options) -> PgOutputOptions:
    """Check the options in PostgreSQL's order. Raises: PluginError."""
    given: dict[str, object] = {}
    for name, value in pairs(options):
        if name not in PARSERS:
            raise PluginError("XX000", f"unrecognized pgoutput option: {name}")
        if name in given:
            raise PluginError("42601", "conflicting or redundant options")
        given[name] = PARSERS[name](name, value)
    for name in ("proto_version", "publication_names"):
        if name not in given:
            raise PluginError("22023", f'option "{name}" missing')
    two_phase = given.pop("two_phase", False)
    parsed = PgOutputOptions(**{FIELDS[name]: value for name, value in given.items()})  # type: ignore[arg-type]
    _check_version(parsed, bool(two_phase))
    return parsed


def _check_version(options: PgOutputOptions, two_phase: bool) -> None:
    version = options.version
    if not VERSION_MIN <= version <= VERSION_MAX:
        bound = f"{VERSION_MAX} or lower" if version > VERSION_MAX else f"{VERSION_MIN} or higher"
        shown = version - 2**32 if version >= 2**31 else version  # PostgreSQL prints it as a signed number
        raise PluginError("0A000", f"client sent proto_version={shown} but server only supports protocol {bound}")
    needs = (
        (options.streaming is Streaming.ON, STREAMING_VERSION, "streaming"),
        (options.streaming is Streaming.PARALLEL, PARALLEL_VERSION, "parallel streaming"),
        (two_phase, TWO_PHASE_VERSION, "two-phase commit"),
    )
    for asked, needed, what in needs:
        if asked and version < needed:
            raise PluginError("22023", f"requested proto_version={version} does not support {what}, need {needed} or higher")
    if two_phase:
        raise PluginError("0A000", "two-phase commit is not supported", hint="Leave the option two_phase off.")


def _version(name: str, value: str | None) -> int:
    text = value or ""
    # As C's strtoul reads it: blanks before, a sign; nothing at all is 0. A negative number wraps around.
    found = re.fullmatch(r"[ \t\n\v\f\r]*([+-]?)([0-9]+)", text)
    if text and not found:
        raise PluginError("22023", f"invalid {name}")
    number = int(found[2]) if found else 0
    if number > UINT32_MAX or (found and found[1] == "-" and number):
        raise PluginError("22023", f'{name} "{text}" out of range')
    return number


def _publications(name: str, value: str | None) -> tuple[str, ...]:
    found = split_identifiers(value or "")
    if found is None:
        raise PluginError("42602", f"invalid {name} syntax")
    return tuple(found)


def _boolean(name: str, value: str | None) -> bool:
    parsed = SWITCHES.get("true" if value is None else value.lower())
    if parsed is None:
        raise PluginError("42601", f"{name} requires a Boolean value")
    return parsed


def _streaming(name: str, value: str | None) -> Streaming:
    text = "true" if value is None else value.lower()
    if text == "parallel":
        return Streaming.PARALLEL
    if text not in SWITCHES:
        raise PluginError("42601", f'{name} requires a Boolean value or "parallel"')
    return Streaming.ON if SWITCHES[text] else Streaming.OFF


def _no_origin(name: str, value: str | None) -> bool:
    parsed = ORIGINS.get((value or "").lower())
    if parsed is None:
        raise PluginError("22023", f'unrecognized {name} value: "{value or ""}"')
    return parsed


SWITCHES = {"true": True, "on": True, "false": False, "off": False}
ORIGINS = {"none": True, "any": False}
PARSERS: dict[str, Callable[[str, str | None], object]] = {
    "proto_version": _version, "publication_names": _publications, "binary": _boolean, "messages": _boolean,
    "streaming": _streaming, "two_phase": _boolean, "origin": _no_origin,
}
FIELDS = {"proto_version": "version", "publication_names": "publications", "binary": "binary", "messages": "messages",
          "streaming": "streaming", "origin": "no_origin"}

IDENTIFIER = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([^\s,"][^\s,]*))\s*(,|\Z)', re.ASCII)


def split_identifiers(text: str) -> list[str] | None:
    """A list of names as in search_path: separated by commas, quoted or folded to lower case, cut to 63 bytes; None if it is
    none."""
    if not text.strip():
        return []
    found: list[str] = []
    at, more = 0, True
    while more:
        item = IDENTIFIER.match(text, at)
        if item is None or item[1] == "":
            return None
        name = item[1].replace('""', '"') if item[1] is not None else item[2].lower()
        found.append(name.encode()[:NAME_BYTES_MAX].decode(errors="ignore"))
        at, more = item.end(), item[3] == ","
    return found
