"""Time zone abbreviations as PostgreSQL's default set (timezone_abbreviations = Default) knows them.

Most stand for a fixed distance from UTC (view pg_timezone_abbrevs). The *dynamic* ones stand for whatever a zone
meant by them at the time in question; the view shows only today's meaning, so they are listed here.
"""

from functools import cache

from executor.facts import table

_DYNAMIC_BY_ZONE = {
    "America/Argentina/Buenos_Aires": "art arst",
    "America/Asuncion": "pyt",
    "America/Caracas": "vet",
    "America/Guyana": "gyt",
    "America/Santiago": "clt",
    "Antarctica/Davis": "davt",
    "Antarctica/Mawson": "mawt",
    "Asia/Anadyr": "anast anat",
    "Asia/Ashgabat": "tmt",
    "Asia/Baku": "azst azt",
    "Asia/Bishkek": "kgt",
    "Asia/Colombo": "lkt",
    "Asia/Irkutsk": "irkst irkt",
    "Asia/Kamchatka": "petst pett",
    "Asia/Krasnoyarsk": "krast krat",
    "Asia/Magadan": "magst magt",
    "Asia/Novosibirsk": "novst novt",
    "Asia/Omsk": "omsst omst",
    "Asia/Singapore": "sgt",
    "Asia/Tbilisi": "gest get",
    "Asia/Ulaanbaatar": "ulat",
    "Asia/Vladivostok": "vlast vlat",
    "Asia/Yakutsk": "yakst yakt",
    "Asia/Yekaterinburg": "yekt",
    "Asia/Yerevan": "amst",
    "Atlantic/Stanley": "fkst fkt",
    "Australia/Lord_Howe": "lhdt",
    "Europe/Moscow": "msk",
    "Europe/Volgograd": "volt",
    "Indian/Chagos": "iot",
    "Pacific/Easter": "easst east",
    "Pacific/Fakaofo": "tkt",
    "Pacific/Kiritimati": "lint",
    "Pacific/Kosrae": "kost",
    "Pacific/Niue": "nut",
    "Pacific/Rarotonga": "ckt",
}

DYNAMIC: dict[str, str] = {name: zone for zone, names in _DYNAMIC_BY_ZONE.items() for name in names.split()}
"""Abbreviation in lower case -> name of the zone that defines it."""


@cache
def fixed() -> dict[str, tuple[int, bool]]:
    """Abbreviation in lower case -> (seconds east of UTC, is daylight-saving time)."""
    # The text is parsed here and not by the interval codec, whose module needs time zones.
    return {
        name.lower(): (_seconds(offset), bool(is_dst))
        for name, offset, is_dst in table("pg_timezone_abbrevs").select("abbrev", "utc_offset", "is_dst")
        if name.lower() not in DYNAMIC
    }


def _seconds(offset: str) -> int:
    """Seconds of an interval printed as [-]hh:mm:ss."""
    hour, minute, second = (int(part) for part in offset.lstrip("-").split(":"))
    seconds = (hour * 60 + minute) * 60 + second
    return -seconds if offset.startswith("-") else seconds
