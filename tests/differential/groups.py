"""The settings under which expressions run. Group 0 is the rule; values that depend on settings are spread over others."""

from zlib import crc32

PLAIN = {"TimeZone": "UTC", "DateStyle": "ISO, MDY", "IntervalStyle": "postgres", "bytea_output": "hex",
    "extra_float_digits": "1",
         "statement_timeout": "10s", "client_min_messages": "error"}

GROUPS: tuple[dict[str, str], ...] = (
    PLAIN,
    PLAIN | {"TimeZone": "America/New_York", "DateStyle": "Postgres, DMY", "IntervalStyle": "postgres_verbose"},
    PLAIN | {"TimeZone": "Europe/Berlin", "DateStyle": "German, DMY", "IntervalStyle": "iso_8601"},
    PLAIN | {"TimeZone": "Asia/Kolkata", "DateStyle": "SQL, YMD", "IntervalStyle": "sql_standard"},
    PLAIN | {"TimeZone": "Australia/Lord_Howe", "DateStyle": "ISO, YMD"},
    PLAIN | {"bytea_output": "escape", "extra_float_digits": "0"},
    PLAIN | {"extra_float_digits": "-3"},
)

SAME_ALL_YEAR = (0, 3)
TEMPORAL = (0, 1, 2, 3, 4)
TEXTUAL = (0, 5, 6)
TIMES = ("date", "time", "interval", "range", "zone", "json")
FLOATS = ("float", "bytea", "real", "double")


def group_of(text: str) -> int:
    """The group for an expression: any, but always the same, of those that could make a difference to it."""
    lowered = text.lower()
    chance = crc32(text.encode())
    if "timetz" in lowered:  # a time of day has the zone's offset of today
        return SAME_ALL_YEAR[chance % len(SAME_ALL_YEAR)]
    if any(word in lowered for word in TIMES):
        return TEMPORAL[chance % len(TEMPORAL)]
    if any(word in lowered for word in FLOATS):
        return TEXTUAL[chance % len(TEXTUAL)]
    return 0


def statements(group: int, before: int | None) -> list[str]:
    """The SETs that lead from one group to another."""
    old = GROUPS[before] if before is not None else {}
    return [f"SET {name} = '{value}'" for name, value in GROUPS[group].items() if old.get(name) != value]


def depends_on_today(text: str) -> bool:
    """Whether a time of day is put into a zone whose offset changes in the year."""
    lowered = text.lower()
    return ("timetz" in lowered or "::time" in lowered) and any(zone in lowered for zone in CHANGING)


CHANGING = ("america/new_york", "europe/berlin", "america/st_johns", "lord_howe", "apia")
