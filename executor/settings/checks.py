"""Settings whose values have a meaning of their own: each is checked, and brought into the form that SHOW prints.

A check takes (definition, value, the session's Settings) and gives the value to keep. Values that PostgreSQL accepts
and that would change what statements mean without anything here acting on them are 0A000. Settings that only tune
performance or logging need no check: they are accepted and shown.
"""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from executor.errors import SqlError, not_supported
from executor.facts import table
from executor.identifiers import split_identifiers
from executor.settings.definitions import Definition, Typed, invalid_value
from executor.settings.log_connections import check_log_connections
from executor.settings.standby_names import parse_standby_names
from executor.settings.time_zone import check_time_zone
from executor.sqlstates import FeatureNotSupported, InvalidParameterValue, InvalidTextRepresentation, UndefinedObject
from executor.types.integer import lsn_from_text, lsn_text

if TYPE_CHECKING:
    from executor.settings.session import Settings

STACK_KB_MAX = 7680

Check = Callable[[Definition, Typed, "Settings"], Typed]

# --- DateStyle -------------------------------------------------------------------------------------------------------

_STYLES = {"iso": "ISO", "sql": "SQL", "german": "German", "postgres": "Postgres"}
_ORDERS = {"ymd": "YMD", "dmy": "DMY", "mdy": "MDY", "us": "MDY"}
_ORDER_BEGINNINGS = {"euro": "DMY", "noneuro": "MDY"}


def split_date_style(text: str) -> tuple[str, str]:
    """A checked DateStyle as (style, order of day, month and year)."""
    style, order = text.split(", ")
    return style, order


def _check_date_style(definition: Definition, value: Typed, settings: "Settings") -> Typed:
    words = split_identifiers(str(value))
    if words is None:
        raise invalid_value(definition, str(value), detail="List syntax is invalid.")
    styles: list[str] = []
    orders: list[str] = []
    style, order = split_date_style(settings.get("datestyle"))
    for word in words:
        lower = word.lower()
        if new_style := _style_of(lower):
            styles.append(new_style)
            style = new_style
            if new_style == "German" and not orders:
                order = "DMY"
        elif new_order := _order_of(lower):
            orders.append(new_order)
            order = new_order
        elif lower == "default":
            default_style, default_order = split_date_style(settings.reset_value("datestyle").setting)
            style, order = style if styles else default_style, order if orders else default_order
        else:
            raise invalid_value(definition, str(value), detail=f'Unrecognized key word: "{word}".')
    if len(set(styles)) > 1 or len(set(orders)) > 1:
        raise invalid_value(definition, str(value), detail='Conflicting "DateStyle" specifications.')
    return f"{style}, {order}"


def _style_of(word: str) -> str:
    return "Postgres" if word.startswith("postgres") else _STYLES.get(word, "")


def _order_of(word: str) -> str:
    beginnings = (order for beginning, order in _ORDER_BEGINNINGS.items() if word.startswith(beginning))
    return _ORDERS.get(word) or next(beginnings, "")


# --- encodings, locales ----------------------------------------------------------------------------------------------

_ENCODINGS = frozenset("""
    abc alt big5 euccn eucjis2004 eucjp euckr euctw gb18030 gbk iso88591 iso885910 iso885913 iso885914 iso885915
    iso885916 iso88592 iso88593 iso88594 iso88595 iso88596 iso88597 iso88598 iso88599 johab koi8 koi8r koi8u latin1
    latin10 latin2 latin3 latin4 latin5 latin6 latin7 latin8 latin9 muleinternal mskanji shiftjis shiftjis2004 sjis
    sqlascii tcvn tcvn5712 uhc vscii win win1250 win1251 win1252 win1253 win1254 win1255 win1256 win1257 win1258 win866
    win874 win932 win936 win949 win950 windows1250 windows1251 windows1252 windows1253 windows1254 windows1255
    windows1256 windows1257 windows1258 windows866 windows874 windows932 windows936 windows949 windows950
""".split())
"""What PostgreSQL knows besides UTF-8, without what is neither letter nor digit."""


def encoding_is_utf8(name: str) -> bool | None:
    """Whether an encoding's name means UTF-8; None for a name that PostgreSQL does not know."""
    plain = "".join(character for character in name.lower() if character.isascii() and character.isalnum())
    if plain in ("utf8", "unicode"):
        return True
    return False if plain in _ENCODINGS else None


def _check_client_encoding(definition: Definition, value: Typed, settings: "Settings") -> Typed:
    known = encoding_is_utf8(str(value))
    if known is None:
        raise invalid_value(definition, str(value))
    if not known:
        raise not_supported(f"client_encoding {value}")
    return "UTF8"


_PLAIN_LOCALE = re.compile(r"(?:|C|POSIX|C\.(?:UTF-?8|utf-?8))")
_ENGLISH_LOCALE = re.compile(r"en_[A-Z]{2}(?:\.(?:UTF-?8|utf-?8))?")


def _check_locale(definition: Definition, value: Typed, settings: "Settings") -> Typed:
    text = str(value)
    if _PLAIN_LOCALE.fullmatch(text):
        return text
    # Messages and the names of days and months are English anyway; numbers and money would look different.
    if definition.name in ("lc_messages", "lc_time") and _ENGLISH_LOCALE.fullmatch(text):
        return text
    raise invalid_value(definition, text)


# --- names of objects ------------------------------------------------------------------------------------------------


def _check_identifiers(definition: Definition, value: Typed, settings: "Settings") -> Typed:
    if split_identifiers(str(value)) is None:
        raise invalid_value(definition, str(value), detail="List syntax is invalid.")
    return value


def _check_temp_tablespaces(definition: Definition, value: Typed, settings: "Settings") -> Typed:
    for name in split_identifiers(str(_check_identifiers(definition, value, settings))) or ():
        if name and name not in _tablespaces():
            raise UndefinedObject(f'tablespace "{name}" does not exist')
    return value


def _check_tablespace(definition: Definition, value: Typed, settings: "Settings") -> Typed:
    if value and value not in _tablespaces():
        raise invalid_value(definition, str(value), detail=f'Tablespace "{value}" does not exist.')
    return value


def _tablespaces() -> frozenset[str]:
    return frozenset(name for (name,) in table("pg_tablespace").select("spcname"))


def _check_access_method(definition: Definition, value: Typed, settings: "Settings") -> Typed:
    if not value:
        raise invalid_value(definition, "", detail=f'"{definition.name}" cannot be empty.')
    if value != "heap":
        raise invalid_value(definition, str(value), detail=f'Table access method "{value}" does not exist.')
    return value


def _check_text_search(definition: Definition, value: Typed, settings: "Settings") -> Typed:
    name = str(value).removeprefix("pg_catalog.")
    if name in {known for (known,) in table("pg_ts_config").select("cfgname")}:
        return f"pg_catalog.{name}"
    raise invalid_value(definition, str(value))


def _check_role(definition: Definition, value: Typed, settings: "Settings") -> Typed:
    settings.role_check(definition.name, str(value))
    return value


# --- words -----------------------------------------------------------------------------------------------------------


def _words(*allowed: str) -> Check:
    def check(definition: Definition, value: Typed, settings: "Settings") -> Typed:
        words = split_identifiers(str(value))
        if words is None:
            raise invalid_value(definition, str(value), detail="List syntax is invalid.")
        for word in words:
            if word.lower() not in allowed:
                raise invalid_value(definition, str(value), detail=f'Unrecognized key word: "{word}".')
        return value

    return check


def _only(*allowed: Typed) -> Check:
    """Other values mean something that nothing here would act on."""

    def check(definition: Definition, value: Typed, settings: "Settings") -> Typed:
        if value not in allowed:
            text = ("on" if value else "off") if isinstance(value, bool) else value
            raise not_supported(f"{definition.name} = {text}")
        return value

    return check


def _refuse(message: str, sqlstate: type[SqlError]) -> Check:
    """For Boolean settings that can only be false."""

    def check(definition: Definition, value: Typed, settings: "Settings") -> Typed:
        if value:
            raise sqlstate(message)
        return value

    return check


def _check_abbreviations(definition: Definition, value: Typed, settings: "Settings") -> Typed:
    if value in ("Default", "Australia", "India"):
        return _only("Default")(definition, value, settings)
    raise invalid_value(definition, str(value))


def _check_buffer_limit(definition: Definition, value: Typed, settings: "Settings") -> Typed:
    if value == 0 or 128 <= int(value) <= 16_777_216:
        return value
    raise InvalidParameterValue(
        f'invalid value for parameter "{definition.name}": {value}',
        detail=f'"{definition.name}" must be 0 or between 128 kB and 16777216 kB.',
    )


def _check_stack_depth(definition: Definition, value: Typed, settings: "Settings") -> Typed:
    """The stack that PostgreSQL expects to be there, less what it keeps for itself."""
    if int(value) <= STACK_KB_MAX:
        return value
    raise InvalidParameterValue(
        f'invalid value for parameter "{definition.name}": {value}',
        detail=f'"{definition.name}" must not exceed {STACK_KB_MAX}kB.',
        hint='Increase the platform\'s stack depth limit via "ulimit -s" or local equivalent.',
    )


def _check_application_name(definition: Definition, value: Typed, settings: "Settings") -> Typed:
    """What is not printable ASCII becomes \\xNN, byte by byte: the name goes to logs in any encoding."""
    return "".join(chr(byte) if 32 <= byte < 127 else f"\\x{byte:02x}" for byte in str(value).encode())


def _check_standby_names(definition: Definition, value: Typed, settings: "Settings") -> Typed:
    parse_standby_names(str(value))
    return value


def _check_position(definition: Definition, value: Typed, settings: "Settings") -> Typed:
    """A position in the log, or nothing."""
    try:
        return lsn_text(lsn_from_text(str(value))) if value else value
    except InvalidTextRepresentation as error:
        raise invalid_value(definition, str(value), detail=error.message) from None


CHECKS: Mapping[str, Check] = {
    "datestyle": _check_date_style,
    "timezone": check_time_zone,
    "timezone_abbreviations": _check_abbreviations,
    "client_encoding": _check_client_encoding,
    "lc_messages": _check_locale,
    "lc_monetary": _check_locale,
    "lc_numeric": _check_locale,
    "lc_time": _check_locale,
    "search_path": _check_identifiers,
    "temp_tablespaces": _check_temp_tablespaces,
    "default_tablespace": _check_tablespace,
    "default_table_access_method": _check_access_method,
    "default_text_search_config": _check_text_search,
    "role": _check_role,
    "session_authorization": _check_role,
    "application_name": _check_application_name,
    "vacuum_buffer_usage_limit": _check_buffer_limit,
    "restrict_nonsystem_relation_kind": _words("view", "foreign-table"),
    "createrole_self_grant": _words("set", "inherit", "none"),
    "default_with_oids": _refuse("tables declared WITH OIDS are not supported", FeatureNotSupported),
    "standard_conforming_strings": _only(True),
    "array_nulls": _only(True),
    "quote_all_identifiers": _only(False),
    "session_replication_role": _only("origin"),
    "exit_on_error": _only(False),
    "log_connections": check_log_connections,
    "log_destination": _only("stderr"),
    "logging_collector": _only(False),
    "log_hostname": _only(False),
    "log_line_prefix": _only("%m [%p] "),
    "max_stack_depth": _check_stack_depth,
    "allow_system_table_mods": _only(False),
    "synchronous_standby_names": _check_standby_names,
    "pgquill.min_lsn": _check_position,
    "track_commit_timestamp": _only(False),
    "hot_standby": _only(True),
    "sync_replication_slots": _only(False),
    "synchronized_standby_slots": _only(""),
    "recovery_min_apply_delay": _only(0),
}
"""By the setting's name in lower case."""
