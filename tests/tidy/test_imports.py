"""Arrows between folders point down only, and each foreign library has one home. ARCHITECTURE.md draws the same."""

import ast
from pathlib import Path

import pytest

from tests.tidy.source_tree import FOLDERS, ROOT, imports, module_name, modules, within

ALLOWED = {
    "pgwire": {"pgwire", "executor"},
    "pgwire.messages": {"pgwire.messages"},
    "pgwire.connection": {"pgwire.connection", "pgwire.messages"},
    "pgwire.states": {"pgwire.states", "pgwire.connection", "pgwire.messages"},
    # The entry point: the one place that may know every folder, because it puts them together.
    "pgwire.cli": {"pgwire", "executor", "storage", "replication"},
    "executor": {"executor", "storage"},
    "storage": {"storage"},
    # A standby is a client of its primary, so it speaks through the pure codec.
    "replication": {"replication", "storage", "pgwire.messages", "pgwire.connection"},
}
"""Home -> what it may import of our own folders. The longest home that fits a module counts."""

BANNED = {
    "pgwire.messages": {"trio"},
    "pgwire.connection": {"trio"},
    "pgwire.states": {"trio"},
    "executor.lower": {"re", "regex"},
}
"""The codec and the state machines are pure; lowering makes SQL from nodes, never by editing text."""

ONLY_HOME = {"apsw": "storage", "postgast": "executor.parse"}
"""A library that one place of the product may import, and nobody else."""

FORBIDDEN = {"sqlite3": "Python's own SQLite may be old and is not the one storage/ uses"}

TEXT_EDITS = {"replace", "upper"}
"""Methods that executor/lower may not call: each is how SQL gets edited as text."""


def home_of(name: str) -> str:
    """The row of ALLOWED that governs this module."""
    return max((home for home in ALLOWED if within(name, home)), key=len)


def forbidden_arrows(root: Path) -> list[str]:
    found = []
    for path in modules(root=root):
        allowed = ALLOWED[home_of(module_name(path, root))]
        # `from executor import errors` gives "executor" and "executor.errors": a folder's bare name is judged only
        # when nothing below it was named.
        names = imports(path, root)
        for name in sorted(names):
            ours = any(within(name, folder) for folder in FOLDERS)
            narrowed = any(other != name and within(other, name) for other in names)
            if ours and not narrowed and not any(within(name, place) for place in allowed):
                found.append(f"{path.relative_to(root)} imports {name}")
    return found


def misplaced_libraries(root: Path) -> list[str]:
    found = []
    for path in modules(root=root):
        here = module_name(path, root)
        for name in sorted(imports(path, root)):
            top = name.split(".")[0]
            banned = any(within(here, place) and top in libraries for place, libraries in BANNED.items())
            if banned or top in FORBIDDEN or (top in ONLY_HOME and not within(here, ONLY_HOME[top])):
                found.append(f"{path.relative_to(root)} imports {name}")
    return found


def text_edits(root: Path) -> list[str]:
    return [
        f"{path.relative_to(root)} calls .{node.func.attr}()"
        for path in modules(["executor/lower"], root)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TEXT_EDITS
    ]


def test_folders_import_only_downwards() -> None:
    assert forbidden_arrows(ROOT) == []


def test_libraries_are_imported_only_where_they_belong() -> None:
    assert misplaced_libraries(ROOT) == []


def test_lowering_never_edits_sql_as_text() -> None:
    assert text_edits(ROOT) == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("storage/file.py", "from executor.errors import SqlError"),
        ("storage/file.py", "def late():\n    import executor"),
        ("executor/run.py", "from pgwire import session"),
        ("pgwire/session.py", "import storage.database"),
        ("pgwire/messages/copy.py", "from executor.errors import SqlError"),
        ("pgwire/messages/copy.py", "from .. import server"),
        ("replication/standby.py", "from pgwire.server import serve"),
        ("replication/standby.py", "import executor"),
    ],
)
def test_planted_upward_import_is_found(tmp_path: Path, path: str, line: str) -> None:
    plant(tmp_path, path, line)
    assert len(forbidden_arrows(tmp_path)) == 1


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("pgwire/session.py", "from executor.errors import SqlError"),
        ("pgwire/cli.py", "from executor.engine import Engine\nfrom storage import database"),
        ("pgwire/messages/copy.py", "from . import base"),
        ("replication/standby.py", "from pgwire.messages import copy\nfrom pgwire import connection"),
    ],
)
def test_planted_downward_import_is_accepted(tmp_path: Path, path: str, line: str) -> None:
    plant(tmp_path, path, line)
    assert forbidden_arrows(tmp_path) == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("executor/run.py", "import apsw"),
        ("executor/bind/names.py", "import postgast"),
        ("pgwire/connection.py", "import trio"),
        ("pgwire/messages/startup.py", "from trio import sleep"),
        ("executor/lower/select.py", "import re"),
        ("storage/file.py", "import sqlite3"),
    ],
)
def test_planted_library_out_of_place_is_found(tmp_path: Path, path: str, line: str) -> None:
    plant(tmp_path, path, line)
    assert misplaced_libraries(tmp_path) != []


def test_planted_text_edit_in_lowering_is_found(tmp_path: Path) -> None:
    plant(tmp_path, "executor/lower/select.py", "def lower(sql):\n    return sql.replace('a', 'b').upper()")
    assert len(text_edits(tmp_path)) == 2


def plant(root: Path, path: str, text: str) -> None:
    target = root / path
    target.parent.mkdir(parents=True)
    target.write_text(text + "\n", encoding="utf-8")
