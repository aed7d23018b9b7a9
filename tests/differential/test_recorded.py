"""pgquill answers the recorded expressions as PostgreSQL 18 did, or says 0A000; known differences may only become fewer."""

from collections.abc import Iterator

import pytest

from tests.differential.model import DIFFERENT, Answer, outcome
from tests.differential.recorded import families, known_differences, recorded
from tests.differential.servers import Server, by_group
from tests.pgquill_server import PgquillServer, needs_engine

pytestmark = needs_engine
RECORDED_MIN = 5000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    served = PgquillServer(tmp_path_factory.mktemp("differential") / "differential.db")
    server = Server(served.dsn())
    yield server
    server.close()
    served.stop()


@pytest.mark.parametrize("family", families())
def test_expressions_of_the_family_are_answered_as_by_postgresql(family: str, server: Server) -> None:
    answers = dict(recorded(family))
    found = {case.text: (server.answer(case), answers[case]) for case in by_group(answers)}
    different = {text: pair for text, pair in found.items() if outcome(pair[1], pair[0]) == DIFFERENT}
    known = known_differences().get(family, {})
    assert {text: pair for text, pair in different.items() if text not in known} == {}
    assert {text for text in known if text in found and text not in different} == set(), "take these off the list"


def test_enough_is_recorded() -> None:
    assert sum(1 for family in families() for _ in recorded(family)) >= RECORDED_MIN


def test_known_differences_are_among_the_recorded() -> None:
    for family, texts in known_differences().items():
        assert set(texts) - {case.text for case, _ in recorded(family)} == set()


@pytest.mark.parametrize(("reference", "found", "expected"), [
    (Answer(rows=(("1",),)), Answer(rows=(("1",),)), "equal"),
    (Answer(rows=(("1",),)), Answer(rows=(("2",),)), "different"),
    (Answer(((23, -1),), (("1",),)), Answer(((20, -1),), (("1",),)), "different"),
    (Answer(rows=(("1",),)), Answer(sqlstate="0A000"), "0A000"),
    (Answer(sqlstate="0A000", message="a"), Answer(sqlstate="0A000", message="a"), "equal"),
    (Answer(sqlstate="22003", message="a"), Answer(sqlstate="22003", message="b"), "wording"),
    (Answer(sqlstate="22003"), Answer(sqlstate="22012"), "different"),
])
def test_outcome_of_two_answers(reference: Answer, found: Answer, expected: str) -> None:
    assert outcome(reference, found) == expected
