import psycopg

from tests.postgres18 import Postgres18


def test_reference_server_asked_for_its_version_is_18(postgres18: Postgres18) -> None:
    with psycopg.connect(postgres18.dsn()) as connection:
        row = connection.execute("SELECT current_setting('server_version_num')::int / 10000").fetchone()
    assert row == (18,)


def test_reference_server_has_locale_c_and_utf8(postgres18: Postgres18) -> None:
    with psycopg.connect(postgres18.dsn()) as connection:
        row = connection.execute(
            "SELECT datcollate, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert row == ("C", "UTF8")
