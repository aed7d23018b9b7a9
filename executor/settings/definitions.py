"""What settings there are: PostgreSQL 18's own, from the facts, and how texts become their values.

A setting's *value* is a bool, int, float or str in the setting's own unit. It has two printed forms: `setting`, the
column of pg_settings, and `shown`, which SHOW prints with a unit ("4096" and "4MB").
"""

from collections.abc import Callable
from functools import cache

import msgspec

from executor.errors import SqlError
from executor.facts import table
from executor.settings.numbers import BadNumberError, general, parse_integer, parse_real, print_integer, print_real
from executor.sqlstates import InvalidParameterValue

Typed = bool | int | float | str


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """One setting; the fields are columns of pg_settings."""

    name: str  # as it is spelled in pg_settings
    vartype: str = "string"  # bool, integer, real, enum, string
    context: str = "user"  # internal, postmaster, sighup, superuser-backend, backend, superuser, user
    unit: str | None = None
    category: str = "Customized Options"
    description: str = ""
    extra: str | None = None
    minimum: float = 0
    maximum: float = 0
    choices: tuple[str, ...] = ()
    boot: str | None = ""
    printed: tuple[str | None, str | None, str | None] = (None, None, None)  # min_val, max_val, enumvals as stored
    hidden: bool = False  # neither in pg_settings nor in SHOW ALL
    resettable: bool = True
    reset_with_all: bool = True
    quoted_list: bool = False  # a list of identifiers: SET quotes the items
    plain_list: bool = False  # a list of words


class Value(msgspec.Struct, frozen=True):
    """A setting's value, its two printed forms, and where it came from (pg_settings.source)."""

    typed: Typed
    setting: str
    shown: str
    source: str = "default"


_QUOTED_LISTS = frozenset((
    "search_path", "temp_tablespaces", "session_preload_libraries", "shared_preload_libraries",
    "local_preload_libraries", "unix_socket_directories",
))  # fmt: skip
_PLAIN_LISTS = frozenset((
    "createrole_self_grant", "datestyle", "debug_io_direct", "listen_addresses", "log_connections", "log_destination",
    "restrict_nonsystem_relation_kind", "synchronized_standby_slots", "synchronous_standby_names",
    "wal_consistency_checking", "oauth_validator_libraries",
))  # fmt: skip

_BOOLEAN_WORDS = {"true": "on", "false": "off", "yes": "on", "no": "off", "1": "on", "0": "off"}
_SILENT_CHOICES: dict[str, dict[str, str]] = {
    "backslash_quote": _BOOLEAN_WORDS,
    "compute_query_id": _BOOLEAN_WORDS,
    "constraint_exclusion": _BOOLEAN_WORDS,
    "debug_parallel_query": _BOOLEAN_WORDS,
    "synchronous_commit": _BOOLEAN_WORDS,
    "wal_compression": _BOOLEAN_WORDS,
    "client_min_messages": {"debug": "debug2", "info": "info"},
    "icu_validation_level": {"debug": "debug2", "info": "info"},
    "log_min_messages": {"debug": "debug2"},
    "log_min_error_statement": {"debug": "debug2"},
}
"""Words that PostgreSQL accepts for an enum without naming them in its hint -> what they mean."""

OLD_NAMES = {"sort_mem": "work_mem", "vacuum_mem": "maintenance_work_mem"}

_FILES = "File Locations"
_UNRECORDED = (
    Definition(name="data_directory", context="postmaster", category=_FILES, boot=None,
               description="Sets the server's data directory."),
    Definition(name="config_file", context="postmaster", category=_FILES, boot=None,
               description="Sets the server's main configuration file."),
    Definition(name="hba_file", context="postmaster", category=_FILES, boot=None,
               description="Sets the server's \"hba\" configuration file."),
    Definition(name="ident_file", context="postmaster", category=_FILES, boot=None,
               description="Sets the server's \"ident\" configuration file."),
    Definition(name="external_pid_file", context="postmaster", category=_FILES, boot=None,
               description="Writes the postmaster PID to the specified file."),
    # What follows is hidden: neither in pg_settings nor in SHOW ALL.
    Definition(name="role", boot="none", hidden=True, reset_with_all=False, category="Ungrouped",
               description="Sets the current role."),
    Definition(name="session_authorization", boot="", hidden=True, reset_with_all=False, category="Ungrouped",
               description="Sets the session user name."),
    Definition(name="is_superuser", vartype="bool", context="internal", boot="on", hidden=True, reset_with_all=False,
               category="Reporting and Logging", description="Shows whether the current user is a superuser."),
    Definition(name="seed", vartype="real", boot="0", minimum=-1, maximum=1, hidden=True, resettable=False,
               reset_with_all=False, category="Ungrouped", description="Sets the seed for random-number generation."),
    Definition(name="pgquill.min_lsn", boot="", hidden=True,
               description="The position that a standby must have replayed before it runs a statement of this session."),
    Definition(name="default_with_oids", vartype="bool", boot="off", hidden=True, category="Ungrouped",
               description="WITH OIDS is no longer supported; this can only be false."),
    Definition(name="ssl_renegotiation_limit", vartype="integer", boot="0", hidden=True, category="Ungrouped",
               description="SSL renegotiation is no longer supported; this can only be 0."),
)  # fmt: skip
"""Settings that are not in the facts: those that name files, and hidden ones."""


@cache
def definitions() -> dict[str, Definition]:
    """Every setting of PostgreSQL 18 by its name in lower case, in the order of pg_settings."""
    found = {}
    for row in table("pg_settings").select("name", "vartype", "context", "unit", "category", "short_desc", "extra_desc",
                                           "min_val", "max_val", "enumvals", "boot_val"):
        name, vartype, context, unit, category, description, extra, low, high, choices, boot = row
        key = name.lower()
        found[key] = Definition(
            name=name, vartype=vartype, context=context, unit=unit, category=category, description=description,
            extra=extra, minimum=float(low or 0), maximum=float(high or 0),
            choices=tuple(msgspec.json.decode(choices, type=list[str])) if choices else (),
            boot=boot, printed=(low, high, choices), resettable=key not in TRANSACTION_SETTINGS,
            reset_with_all=key not in TRANSACTION_SETTINGS, quoted_list=key in _QUOTED_LISTS,
            plain_list=key in _PLAIN_LISTS,
        )  # fmt: skip
    found |= {definition.name: definition for definition in _UNRECORDED}
    return dict(sorted(found.items(), key=lambda item: item[0]))


TRANSACTION_SETTINGS = {
    "transaction_isolation": "default_transaction_isolation",
    "transaction_read_only": "default_transaction_read_only",
    "transaction_deferrable": "default_transaction_deferrable",
}
"""The settings of the current transaction -> those a new transaction takes them from."""


SECRET = frozenset("""
    config_file data_directory dynamic_library_path extension_control_path external_pid_file hba_file ident_file jit_provider
    krb_server_keyfile log_directory log_filename oauth_validator_libraries primary_conninfo session_preload_libraries
    shared_preload_libraries ssl_ciphers ssl_dh_params_file ssl_groups ssl_max_protocol_version ssl_min_protocol_version
    ssl_passphrase_command ssl_tls13_ciphers unix_socket_directories
""".split())
"""The settings that only superusers and pg_read_all_settings may see (GUC_SUPERUSER_ONLY)."""


def invalid_value(definition: Definition, text: str, *, detail: str | None = None, hint: str | None = None) -> SqlError:
    """PostgreSQL's 22023 for a text that is no value of a setting."""
    return InvalidParameterValue(f'invalid value for parameter "{definition.name}": "{text}"', detail=detail, hint=hint)


def _read_bool(definition: Definition, text: str) -> Typed:
    value = parse_bool(text)
    if value is None:
        raise InvalidParameterValue(f'parameter "{definition.name}" requires a Boolean value')
    return value


def parse_bool(text: str) -> bool | None:
    """A setting's or option's Boolean: on, off, 1, 0, or a unique beginning of true, false, yes, no, off."""
    lower = text.lower()
    if lower in ("on", "1"):
        return True
    if lower in ("of", "off", "0"):
        return False
    if lower and ("true".startswith(lower) or "yes".startswith(lower)):
        return True
    return False if lower and ("false".startswith(lower) or "no".startswith(lower)) else None


def _read_integer(definition: Definition, text: str) -> Typed:
    try:
        value = parse_integer(text, definition.unit)
    except BadNumberError as error:
        raise invalid_value(definition, text, hint=error.hint) from None
    return _within(definition, value, lambda number: str(int(number)))


def _read_real(definition: Definition, text: str) -> Typed:
    try:
        value = parse_real(text, definition.unit)
    except BadNumberError as error:
        raise invalid_value(definition, text, hint=error.hint) from None
    return _within(definition, value, general)


def _within(definition: Definition, value: float, printed: Callable[[float], str]) -> Typed:
    # The facts give the largest double as PostgreSQL prints it, in six digits.
    high = definition.maximum if definition.maximum < 1e308 else 1.7976931348623157e308
    if definition.minimum <= value <= high:
        return value
    unit = f" {definition.unit}" if definition.unit else ""
    raise InvalidParameterValue(
        f'{printed(value)}{unit} is outside the valid range for parameter "{definition.name}" '
        f"({printed(definition.minimum)}{unit} .. {printed(definition.maximum)}{unit})"
    )


def _read_enum(definition: Definition, text: str) -> Typed:
    lower = text.lower()
    for choice in definition.choices:
        if choice.lower() == lower:
            return choice
    silent = _SILENT_CHOICES.get(definition.name, {}).get(lower)
    if silent is None:
        raise invalid_value(definition, text, hint=f"Available values: {', '.join(definition.choices)}.")
    return silent


_READERS: dict[str, Callable[[Definition, str], Typed]] = {
    "bool": _read_bool,
    "integer": _read_integer,
    "real": _read_real,
    "enum": _read_enum,
    "string": lambda definition, text: text,
}

_OCTAL_MODES = frozenset(("data_directory_mode", "log_file_mode", "unix_socket_permissions"))


def read(definition: Definition, text: str) -> Typed:
    """A text as the setting's value, before the checks of executor.settings.checks (22023)."""
    return _READERS[definition.vartype](definition, text)


def value_of(definition: Definition, typed: Typed, source: str) -> Value:
    """A value with its printed forms."""
    if isinstance(typed, bool):
        text = "on" if typed else "off"
        return Value(typed, text, text, source)
    if isinstance(typed, str):
        return Value(typed, typed, typed, source)
    if isinstance(typed, float):
        shown = "unavailable" if definition.name == "seed" else print_real(typed, definition.unit)
        return Value(typed, general(typed), shown, source)
    if definition.name in _OCTAL_MODES:
        return Value(typed, f"{typed:04o}", f"{typed:04o}", source)
    return Value(typed, str(typed), print_integer(typed, definition.unit), source)
