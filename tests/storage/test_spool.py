from storage.spool import Spool

ROWS = [(1, "a", b"b", 1.5, None), (-(2**63), "é", b"", float("inf"), None)]


def test_spool_gives_batches_in_their_order_from_memory() -> None:
    spool = Spool()
    spool.add(ROWS)
    spool.add([])
    spool.add(ROWS[:1])
    assert not spool.spilled
    assert [spool.take(), spool.take(), spool.take()] == [ROWS, ROWS[:1], []]


def test_spool_gives_back_exactly_what_went_to_the_file() -> None:
    spool = Spool(memory_bytes=600)
    for _ in range(50):
        spool.add(ROWS)
    assert spool.spilled
    taken = []
    while batch := spool.take():
        taken.append(batch)
    assert taken == [ROWS] * 50
    spool.close()
    assert spool.take() == []
