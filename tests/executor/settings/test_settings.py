from datetime import UTC

import pytest

from executor.facts import table
from executor.settings import REPORTED, SettingDefaults, Settings, Typed
from executor.sqlstates import (
    ActiveSqlTransaction,
    CantChangeRuntimeParam,
    FeatureNotSupported,
    InvalidParameterValue,
    UndefinedObject,
)
from executor.types.base import Env

DEFAULTS = SettingDefaults.of_server("18.4", {"max_connections": "20"})


@pytest.fixture
def settings() -> Settings:
    return Settings(DEFAULTS, Env(), "alice")


def test_defaults_of_two_sessions_are_independent(settings: Settings) -> None:
    other = Settings(DEFAULTS, Env(), "bob")
    settings.set("work_mem", "1GB")
    settings.apply_options({"application_name": "first"})
    assert (other.get("work_mem"), other.get("application_name")) == ("4MB", "")
    assert (settings.get("session_authorization"), other.get("session_authorization")) == ("alice", "bob")
    assert DEFAULTS.values["work_mem"].shown == "4MB"


def test_server_version_and_options_are_shown(settings: Settings) -> None:
    assert [settings.get(name) for name in ("server_version", "server_version_num", "max_connections")] == [
        "18.4", "180004", "20"
    ]  # fmt: skip


def test_unknown_name_is_an_error_and_none_for_find(settings: Settings) -> None:
    with pytest.raises(UndefinedObject):
        settings.get("no_such")
    assert settings.find("no_such") is None
    assert settings.find("Work_Mem") == "4MB"


def test_typed_values_are_in_their_own_unit(settings: Settings) -> None:
    settings.set("statement_timeout", "1.5s")
    assert [settings.typed(name) for name in ("statement_timeout", "row_security", "work_mem", "random_page_cost")] == [
        1500, True, 4096, 4.0
    ]  # fmt: skip


def test_rows_have_the_columns_of_pg_settings(settings: Settings) -> None:
    rows = settings.rows()
    names = [column for column, _ in table("pg_settings").columns]
    assert {len(row) for row in rows} == {len(names)}
    work_mem = dict(zip(names, next(row for row in rows if row[0] == "work_mem"), strict=True))
    assert (work_mem["setting"], work_mem["unit"], work_mem["min_val"], work_mem["source"]) == (
        "4096", "kB", "64", "default"
    )  # fmt: skip
    assert "role" not in {row[0] for row in rows}
    assert len(settings.show_all()) == len(rows)


def test_startup_option_is_what_reset_goes_back_to(settings: Settings) -> None:
    settings.apply_options({"DateStyle": "German", "post_auth_delay": "0"})
    settings.set("datestyle", "ISO")
    assert settings.value("datestyle").source == "session"
    settings.reset("datestyle")
    assert (settings.get("datestyle"), settings.value("datestyle").source) == ("German, DMY", "client")


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"no_such": "1"}, UndefinedObject),
        ({"work_mem": "x"}, InvalidParameterValue),
        ({"max_connections": "3"}, CantChangeRuntimeParam),
        ({"client_encoding": "latin1"}, FeatureNotSupported),
    ],
)
def test_bad_startup_option_is_refused(settings: Settings, options: dict[str, str], error: type[Exception]) -> None:
    with pytest.raises(error):
        settings.apply_options(options)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("standard_conforming_strings", "off"),
        ("array_nulls", "off"),
        ("session_replication_role", "replica"),
        ("client_encoding", "SQL_ASCII"),
        ("client_encoding", "LATIN1"),
        ("timezone_abbreviations", "India"),
    ],
)
def test_value_that_would_change_meanings_unheard_is_not_supported(settings: Settings, name: str, value: str) -> None:
    with pytest.raises(FeatureNotSupported):
        settings.set(name, value)


def test_env_follows_settings_and_their_rollback(settings: Settings) -> None:
    env = settings.env
    settings.begin()
    settings.set("timezone", "Europe/Paris")
    settings.set("datestyle", "german")
    settings.set("intervalstyle", "iso_8601")
    settings.set("extra_float_digits", "0")
    settings.set("bytea_output", "escape")
    assert (env.timezone_name, env.date_style, env.date_order) == ("Europe/Paris", "German", "DMY")
    assert (env.interval_style, env.extra_float_digits, env.bytea_output) == ("iso_8601", 0, "escape")
    settings.rollback()
    assert env == Env()
    assert env.timezone is UTC


def test_changed_settings_are_reported_once_and_only_if_different(settings: Settings) -> None:
    assert list(settings.reported()) == [settings.canonical_name(name) for name in REPORTED]
    settings.begin()
    settings.set("timezone", "Asia/Tokyo")
    assert settings.take_changed() == {"TimeZone": "Asia/Tokyo"}
    settings.set("application_name", "x")
    settings.set("application_name", "")
    settings.set("work_mem", "1MB")
    assert settings.take_changed() == {}
    settings.rollback()
    assert settings.take_changed() == {"TimeZone": "UTC"}


def test_listener_hears_changes_rollbacks_and_ends_of_local_values(settings: Settings) -> None:
    heard: list[Typed] = []
    settings.listen("statement_timeout", heard.append)
    settings.begin()
    settings.set("statement_timeout", "1s", local=True)
    settings.commit()
    settings.begin()
    settings.set("statement_timeout", "2s")
    settings.set("statement_timeout", "2000")
    settings.rollback()
    assert heard == [1000, 0, 2000, 0]


def test_transaction_setting_is_refused_by_the_check(settings: Settings) -> None:
    def refuse(name: str, value: Typed) -> None:
        raise ActiveSqlTransaction(f"{name} {value}")

    settings.transaction_check = refuse
    settings.begin()
    with pytest.raises(ActiveSqlTransaction, match="transaction_read_only True"):
        settings.set("transaction_read_only", "on")
    assert settings.typed("transaction_read_only") is False


def test_function_settings_end_with_the_function_unless_it_sets_them_itself(settings: Settings) -> None:
    settings.begin()
    settings.set("work_mem", "3MB")
    with settings.scope({"work_mem": "1MB"}):
        assert settings.get("work_mem") == "1MB"
        settings.set("work_mem", "2MB", local=True)
    assert settings.get("work_mem") == "3MB"
    with settings.scope({"work_mem": "1MB"}):
        settings.set("work_mem", "2MB")
    assert settings.get("work_mem") == "2MB"
    settings.rollback()
    assert settings.get("work_mem") == "4MB"


def test_function_settings_end_with_an_error(settings: Settings) -> None:
    with pytest.raises(ZeroDivisionError), settings.scope({"work_mem": "1MB", "timezone": None}):
        raise ZeroDivisionError
    assert settings.get("work_mem") == "4MB"


def test_reset_all_leaves_role_alone(settings: Settings) -> None:
    settings.set("role", "alice")
    settings.set("work_mem", "1MB")
    settings.set("my.own", "1")
    settings.reset_all()
    assert [settings.get(name) for name in ("role", "work_mem", "my.own")] == ["alice", "4MB", ""]


def test_override_by_the_server_is_reported(settings: Settings) -> None:
    settings.reported()
    settings.override("in_hot_standby", "on")
    assert settings.take_changed() == {"in_hot_standby": "on"}


def test_default_of_transactions_shows_at_once_outside_a_transaction(settings: Settings) -> None:
    settings.apply_options({"default_transaction_read_only": "on"})
    assert settings.typed("transaction_read_only") is True
    settings.begin()
    settings.set("transaction_read_only", "off")
    assert settings.typed("transaction_read_only") is False
    settings.commit()
    assert settings.typed("transaction_read_only") is True


def test_revision_moves_with_each_change_and_its_undoing(settings: Settings) -> None:
    first = settings.revision
    settings.begin()
    settings.set("lock_timeout", "1s", local=True)
    second = settings.revision
    settings.rollback()
    assert first < second < settings.revision
    assert settings.typed("lock_timeout") == 0
