"""The answers of PostgreSQL 18 to sessions.txt (recorded in sessions.json) are ours."""

import json
from pathlib import Path
from typing import Any

import pytest

from executor.errors import SqlError
from executor.parse import Node, parse
from executor.settings import SettingDefaults, Settings
from executor.settings.statements import run_set, show_columns, show_rows
from executor.types.base import Env

RECORDED = json.loads((Path(__file__).parent / "sessions.json").read_text(encoding="utf-8"))


class Session:
    """Runs SET, SHOW, set_config and transaction control over a Settings."""

    def __init__(self) -> None:
        self.settings = Settings(SettingDefaults.of_server("18.4"), Env(), "postgres")
        self.settings.apply_options({"timezone": "UTC"})
        self.in_block = False

    def answer(self, statement: str) -> dict[str, str | None]:
        node = parse(statement)[0].node
        notices: list[SqlError] = []
        implicit = not self.in_block and node.kind != "TransactionStmt"
        if implicit:
            self.settings.begin()
        try:
            found = getattr(self, node.kind)(node, notices)
        except SqlError as error:
            if implicit:
                self.settings.rollback()
            return {"sqlstate": error.sqlstate, "message": error.message, "detail": error.detail, "hint": error.hint}
        if implicit:
            self.settings.commit()
        return found | ({"notice": f"{notices[0].sqlstate} {notices[0].message}"} if notices else {})

    def VariableSetStmt(self, node: Node, notices: list[SqlError]) -> dict[str, str | None]:  # noqa: N802
        return {"tag": run_set(self.settings, node, in_block=self.in_block, notices=notices)}

    def VariableShowStmt(self, node: Node, notices: list[SqlError]) -> dict[str, str | None]:  # noqa: N802
        assert len(show_columns(self.settings, node)) == 1
        return {"value": show_rows(self.settings, node)[0][0]}

    def SelectStmt(self, node: Node, notices: list[SqlError]) -> dict[str, str | None]:  # noqa: N802
        call = node.nodes("targetList")[0].take("val")
        name, value, _ = (argument.take("sval", None) for argument in call.nodes("args"))
        self.settings.set(name.take("sval"), value.take("sval"))
        return {"value": self.settings.get(name.take("sval"))}

    def TransactionStmt(self, node: Node, notices: list[SqlError]) -> dict[str, str | None]:  # noqa: N802
        kind, name = node.take("kind").removeprefix("TRANS_STMT_"), node.take("savepoint_name")
        action: Any = getattr(self.settings, kind.lower())
        action(name) if name else action()
        self.in_block = kind not in ("COMMIT", "ROLLBACK")
        return {"tag": "ROLLBACK" if kind == "ROLLBACK_TO" else kind}


@pytest.mark.parametrize("number", range(len(RECORDED)))
def test_session_answers_as_postgresql(number: int) -> None:
    session = Session()
    wrong = []
    for statement, expected in RECORDED[number]:
        found = session.answer(statement)
        if found != expected:
            wrong.append((statement, found, expected))
    assert wrong == []
