"""client_min_messages: which notices go to the client."""

import pytest

from executor.errors import SqlError
from executor.notices import LEVELS, wanted
from executor.settings.definitions import definitions

NOTICES = [SqlError("a", severity=severity) for severity in ("LOG", "INFO", "NOTICE", "WARNING")]


def test_every_value_of_the_setting_has_a_level() -> None:
    assert {*definitions()["client_min_messages"].choices, "info"} <= set(LEVELS)


@pytest.mark.parametrize(("level", "told"), [
    ("debug5", ["LOG", "INFO", "NOTICE", "WARNING"]), ("log", ["LOG", "INFO", "NOTICE", "WARNING"]),
    ("info", ["INFO", "NOTICE", "WARNING"]), ("notice", ["INFO", "NOTICE", "WARNING"]), ("warning", ["INFO", "WARNING"]),
    ("error", ["INFO"]),
])  # fmt: skip
def test_level_lets_through_what_is_as_severe_and_information(level: str, told: list[str]) -> None:
    assert [notice.severity for notice in wanted(NOTICES, level)] == told
