import pytest

from executor.sqlstates import InvalidAuthorizationSpecification, InvalidParameterValue, SyntaxError
from pgwire.messages.startup import PROTOCOL_3_0, StartupMessage
from pgwire.startup_options import StartupOptions, command_line_settings, split_options


def options(**parameters: str) -> StartupOptions:
    return StartupOptions(StartupMessage(PROTOCOL_3_0, tuple(parameters.items())))


def test_database_without_a_name_is_the_users() -> None:
    assert options(user="me").database == "me"


def test_start_without_a_user_is_28000() -> None:
    with pytest.raises(InvalidAuthorizationSpecification):
        options(database="app")


def test_names_are_cut_to_63_bytes_at_a_character() -> None:
    assert options(user="é" * 40).user == "é" * 31


def test_settings_are_what_is_left_of_the_parameters() -> None:
    found = options(user="me", database="app", client_encoding="UTF8", options="-c work_mem=4MB", replication="false")
    assert found.settings == {"work_mem": "4MB", "client_encoding": "UTF8"}


def test_parameter_wins_over_options_in_any_case() -> None:
    assert options(user="me", options="-c datestyle=SQL", DateStyle="ISO").settings == {"DateStyle": "ISO"}


def test_protocol_options_are_no_settings() -> None:
    found = options(user="me", **{"_pq_.x": "1"})
    assert (found.settings, found.unknown) == ({}, ("_pq_.x",))


@pytest.mark.parametrize(
    ("text", "words"),
    [("", []), ("  a  b ", ["a", "b"]), (r"a\ b c\\d", ["a b", r"c\d"]), ("a\\", ["a"]), (r"\ ", [" "])],
)
def test_options_are_split_at_spaces_without_a_backslash(text: str, words: list[str]) -> None:
    assert split_options(text) == words


def test_every_spelling_of_a_setting_is_read() -> None:
    text = r"-c a=1 -cb=2 --search-path=x,\ y -c d=e=f"
    assert command_line_settings(text) == {"a": "1", "b": "2", "search_path": "x, y", "d": "e=f"}


@pytest.mark.parametrize("text", ["-z 3", "work_mem=1", "-c", "-c a", "--b", "--"])
def test_other_switches_are_42601(text: str) -> None:
    with pytest.raises(SyntaxError):
        command_line_settings(text)


@pytest.mark.parametrize(
    ("text", "wanted"), [("false", False), ("FALSE", False), ("f", False), ("0", False), ("on", True), ("database", True)]
)
def test_replication_is_a_boolean_or_a_database(text: str, wanted: bool) -> None:
    assert options(user="me", replication=text).replication is wanted


def test_other_kind_of_replication_is_22023() -> None:
    with pytest.raises(InvalidParameterValue):
        options(user="me", replication="maybe")
