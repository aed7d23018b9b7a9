"""Settings given when the server is started."""

import pytest

from executor.errors import SqlError
from executor.settings.server import server_defaults
from executor.settings.session import Settings
from executor.types.base import Env


def test_settings_of_the_command_line_are_what_sessions_begin_with() -> None:
    defaults = server_defaults("18.4", {"max_connections": "20", "TimeZone": "europe/berlin", "Work_Mem": "1MB"},
                               {"port": "6000"})
    settings = Settings(defaults, Env(), "alice")
    assert [settings.get(name) for name in ("max_connections", "timezone", "work_mem", "port")] == [
        "20", "Europe/Berlin", "1MB", "6000"]
    assert settings.env.timezone_name == "Europe/Berlin"
    assert settings.value("work_mem").source == "command line"
    settings.set("work_mem", "2MB")
    settings.reset("work_mem")
    assert settings.get("work_mem") == "1MB"


@pytest.mark.parametrize(("name", "value", "sqlstate", "message"), [
    ("nosuch", "1", "42704", 'unrecognized configuration parameter "nosuch"'),
    ("work_mem", "x", "22023", 'invalid value for parameter "work_mem": "x"'),
    ("timezone", "x", "22023", 'invalid value for parameter "TimeZone": "x"'),
    ("port", "1", "55P02", 'parameter "port" is set with --port'),
    ("block_size", "1", "55P02", 'parameter "block_size" cannot be changed'),
    ("max_connections", "3", "22023",
     '"superuser_reserved_connections" (3) plus "reserved_connections" (0) must be less than "max_connections" (3)'),
])
def test_setting_that_cannot_be_is_refused(name: str, value: str, sqlstate: str, message: str) -> None:
    with pytest.raises(SqlError) as caught:
        server_defaults("18.4", {name: value}, {})
    assert (caught.value.sqlstate, caught.value.message) == (sqlstate, message)
