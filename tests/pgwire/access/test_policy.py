"""Files of rules as PostgreSQL 18 reads them: files/postgresql18.json has its pg_hba_file_rules and pg_ident_file_mappings."""

import json
from pathlib import Path
from typing import Any

import pytest

from pgwire.access.policy import NETWORK_TRUST, NETWORK_WITHOUT_TLS, WITH_PASSWORDS, WITHOUT_PASSWORDS, Policy, built_in
from pgwire.admission import Admission, BadPolicy, Policies
from tests.pgwire.fake_engine import FakeEngine

FILES = Path(__file__).with_name("files")
RECORDED = json.loads((FILES / "postgresql18.json").read_text(encoding="utf-8"))


class Both(Policies):
    def __init__(self) -> None:
        super().__init__()
        self.hba, self.ident = FILES / "rules.conf", FILES / "names.conf"


def shown(rows: Any) -> list[list[Any]]:
    found = [[list(value) if isinstance(value, tuple) else value for value in row] for row in rows]
    return [[value.replace(str(FILES), "FOLDER") if isinstance(value, str) else value for value in row] for row in found]


def test_rules_and_their_errors_are_shown_as_postgresql_shows_them() -> None:
    ours, theirs = shown(Admission(FakeEngine(), Both()).rules()), RECORDED["rules"]
    assert [pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]] == []


def test_maps_and_their_errors_are_shown_as_postgresql_shows_them() -> None:
    assert shown(Admission(FakeEngine(), Both()).name_mappings()) == RECORDED["names"]


def test_problems_name_file_and_line() -> None:
    problems = Policy.read(FILES / "rules.conf", FILES / "names.conf").problems
    assert f"{FILES / 'sub.conf'}, line 2: end-of-line before role specification" in problems
    assert f"{FILES / 'names.conf'}, line 5: missing entry at end of line" in problems


def test_every_built_in_rule_is_good() -> None:
    for text in (WITHOUT_PASSWORDS + NETWORK_TRUST, WITH_PASSWORDS + NETWORK_WITHOUT_TLS):
        assert built_in(text).problems == []


def written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_reload_keeps_the_old_rules_when_the_new_are_bad(tmp_path: Path) -> None:
    path = written(tmp_path / "hba", "local all all trust\n")
    policies = Policies(path)
    before = policies.in_force(False)
    written(path, "local all all\n")
    with pytest.raises(BadPolicy, match="line 1: end-of-line before authentication method"):
        policies.reload()
    assert policies.in_force(False) is before
    written(path, "local all all reject\n")
    policies.reload()
    assert [entry.meaning and entry.meaning.method for entry in policies.in_force(False).rules] == ["reject"]


def test_file_without_a_rule_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadPolicy, match="nobody could connect"):
        Policies(written(tmp_path / "hba", "# nothing\n"))


def test_missing_file_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(BadPolicy, match=r'^could not open file ".*nowhere": No such file or directory$'):
        Policies(tmp_path / "nowhere")


def test_files_that_include_each_other_end(tmp_path: Path) -> None:
    path = written(tmp_path / "hba", "include hba\n")
    assert ["maximum nesting depth exceeded" in problem for problem in Policy.read(path).problems] == [True]


def test_names_that_include_each_other_end(tmp_path: Path) -> None:
    written(tmp_path / "names", "@names")
    path = written(tmp_path / "hba", "local @names all trust\n")
    assert ["maximum nesting depth exceeded" in problem for problem in Policy.read(path).problems] == [True]


def test_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "hba"
    path.write_bytes(b"local all \xff trust\n")
    assert Policy.read(path).problems == [f'could not read file "{path}": it is not UTF-8']
