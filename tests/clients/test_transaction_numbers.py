"""pg_current_xact_id() and the numbers of transactions in pg_locks."""

from psycopg import Connection


def test_number_is_the_transactions_own_and_the_next_ones_is_higher(connection: Connection) -> None:
    def number() -> int:
        found = connection.execute("SELECT txid_current()").fetchone()
        assert found is not None
        return int(found[0])

    connection.execute("BEGIN")
    assert connection.execute("SELECT pg_current_xact_id_if_assigned()").fetchone() == (None,)
    first = number()
    assert number() == first
    locked = "SELECT count(*) FROM pg_locks WHERE locktype = 'transactionid' AND transactionid = pg_current_xact_id()::xid"
    assert connection.execute(locked).fetchone() == (1,)
    connection.execute("COMMIT")
    assert number() > first
