"""No password is left in what others may see of a statement."""

import pytest

from executor.masking import masked

SECRET = "geheim7"


@pytest.mark.parametrize("text", [
    f"ALTER ROLE a PASSWORD '{SECRET}'",
    f"create user u with encrypted password e'{SECRET}' valid until 'infinity'",
    f"CREATE ROLE x PASSWORD U&'{SECRET}' LOGIN",
    f"alter role a password $${SECRET}$$",
    f"alter role a password $t${SECRET}$t$ login",
    f"alter role a password 'ab'\n'{SECRET}'",
    f"alter role a password /* c */ -- d\n '{SECRET}'",
    f"select 1; alter role é password '{SECRET}'; select 2",
    f'alter role "password" password \'{SECRET}\'',
    f"create user mapping for a server s options (user 'x', password '{SECRET}')",
    f"create subscription s connection 'host=x password={SECRET}' publication p",
    f"create subscription s connection 'postgresql://u:{SECRET}@h/d' publication p",
    f"do $$ begin execute 'alter role x password ''{SECRET}'''; end $$",
    f"do $x$ begin alter role x password '{SECRET}'; end $x$",
    f"select set_config('x', 'password={SECRET}', false)",
    # what the parser refuses
    f"alter role a password '{SECRET}",
    f"alter role a password {SECRET}",
    f"alter role a pasword '{SECRET}'",
    f"/* c */ create role x passwd '{SECRET}'",
    f"alter user x '{SECRET}'",
    f"prepare a as alter role x password '{SECRET}'",
    f"explain alter role x password '{SECRET}'",
    f"alter role x password $a${SECRET}",
    f"altr role x password '{SECRET}'",
    f"select 'password={SECRET}",
])
def test_password_in_a_statement_is_masked(text: str) -> None:
    found = masked(text)
    assert SECRET not in found.text
    assert "********" in found.text
    assert SECRET not in found.clean(f'syntax error at or near "{SECRET}"')


@pytest.mark.parametrize("text", [
    "select 1", "alter role x password null", "alter user a set search_path to 'b'", "create role y in group z",
    "select * from users where password = 'x'", "insert into t(password) values ('x')", "drop role password",
    "selec 1", "select 'http://example.org/a:b'", "",
])
def test_statement_without_a_password_stays_as_it_is(text: str) -> None:
    assert masked(text).text == text


def test_rest_of_the_text_stays_readable() -> None:
    assert masked("ALTER ROLE a PASSWORD 'x' LOGIN; SELECT 'y'").text == "ALTER ROLE a PASSWORD '********' LOGIN; SELECT 'y'"


def test_short_password_is_taken_out_of_a_message_as_a_word_only() -> None:
    found = masked("alter role x password 'a'")
    assert found.clean('password "a" is bad') == 'password "********" is bad'
