from pathlib import Path

import pytest

from pgwire.connection import FRONTEND
from pgwire.states import TRANSITIONS, Action, State, table_markdown


@pytest.mark.parametrize("state", list(State))
def test_every_state_names_every_message(state: State) -> None:
    assert set(TRANSITIONS[state]) == set(FRONTEND.values())


def test_ignored_messages_leave_the_state_as_it_is() -> None:
    steps = [(state, step) for state, row in TRANSITIONS.items() for step in row.values()]
    assert all(step.after is state for state, step in steps if step.action is Action.IGNORE)


def test_readme_shows_the_table() -> None:
    readme = Path(__file__).parents[2] / "pgwire" / "README.md"
    assert table_markdown() in readme.read_text()
