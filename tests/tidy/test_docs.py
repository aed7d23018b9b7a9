"""Documents are tested: a path they name exists, and every option of the command line is documented."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from tests.pgquill_server import needs_engine
from tests.tidy.source_tree import ROOT
from tools.compat import COMPAT, FUNCTIONS, functions_document, with_sections

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
PLANNED = ROOT / "tests" / "tidy" / "planned_paths.txt"
"""Paths that documents name and that are still to be written, one a line; a line must go when its path is there."""

LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
CODE = re.compile(r"`([^`\s]+)`")
NOT_OURS = ("storage/x.py", "tests/storage/test_x.py")
"""Examples of names, not paths."""
TOP_LEVEL = ("pgwire", "executor", "storage", "replication", "tests", "benchmarks", "docs", "tools", ".ci")


def named_paths(document: Path) -> Iterator[str]:
    """Paths from the project's root: targets of links, and code spans that begin with one of our folders."""
    text = re.sub(r"(?ms)^```.*?^```", "", document.read_text(encoding="utf-8"))
    for target in LINK.findall(text):
        if "://" not in target and not target.startswith("mailto:"):
            yield (document.parent / target).resolve().relative_to(ROOT).as_posix()
    for span in CODE.findall(text):
        if "/" in span and span.split("/")[0] in TOP_LEVEL and span not in NOT_OURS:
            yield span.rstrip("/")


def missing_paths(documents: list[Path]) -> set[str]:
    return {path for document in documents for path in named_paths(document) if not (ROOT / path).exists()}


def test_paths_named_in_documents_exist_or_are_planned() -> None:
    planned = set(PLANNED.read_text(encoding="utf-8").split())
    assert missing_paths(DOCUMENTS) - planned == set()


def test_planned_paths_that_exist_now_or_are_no_longer_named_leave_the_list() -> None:
    planned = set(PLANNED.read_text(encoding="utf-8").split())
    assert planned - missing_paths(DOCUMENTS) == set(), f"remove these lines from {PLANNED.relative_to(ROOT)}"


@pytest.mark.parametrize("text", ["[x](missing.md)", "see `executor/missing.py`", "see `storage/missing/`"])
def test_planted_missing_path_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("tests.tidy.test_docs.ROOT", tmp_path)
    document = tmp_path / "README.md"
    document.write_text(text, encoding="utf-8")
    assert len(missing_paths([document])) == 1


def test_generated_tables_of_compat_md_are_up_to_date() -> None:
    text = COMPAT.read_text(encoding="utf-8")
    assert with_sections(text) == text, "run: python -m tools.compat"


def test_functions_md_is_up_to_date() -> None:
    assert FUNCTIONS.read_text(encoding="utf-8") == functions_document(), "run: python -m tools.compat"


def options(command: Any) -> Iterator[str]:
    """The long options of a command and of all below it. Typer carries its own click, so no class is named here."""
    for parameter in command.params:
        yield from (name for name in parameter.opts if name.startswith("--"))
    for child in getattr(command, "commands", {}).values():
        yield from options(child)


@needs_engine
def test_every_option_of_the_command_line_is_in_configuration_md() -> None:
    cli = importlib.import_module("pgwire.cli")
    applications = [value for value in vars(cli).values() if isinstance(value, typer.Typer)]
    assert applications, "pgwire.cli has no typer application"
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    names = {name for application in applications for name in options(typer.main.get_command(application))}
    ours = names - {"--help", "--install-completion", "--show-completion"}
    assert ours
    assert {name for name in ours if f"`{name}" not in text} == set()
