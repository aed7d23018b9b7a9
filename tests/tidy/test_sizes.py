"""Modules and functions stay small. Old sins stand in sizes.json, which may only shrink: see CONTRIBUTING.md."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tidy.source_tree import FOLDERS, ROOT, TOOLS, modules

MODULE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70
TABLE_MODULE_LINES_MAX = 900
GENERATED = {"executor/sqlstates.py"}
"""Files made by a script in tools/: no limit."""
TABLE_FOLDERS = ("executor/builtins/",)
"""Modules that are mostly rows of one table."""
RATCHET = Path(__file__).with_name("sizes.json")


def oversized(root: Path) -> dict[str, int]:
    """What is over its limit: "path" or "path::function" -> lines."""
    found = {}
    for path in modules((*FOLDERS, *TOOLS), root):
        name = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        if (lines := len(text.splitlines())) > module_limit(name):
            found[name] = lines
        if name not in GENERATED:
            found |= {f"{name}::{function}": n for function, n in functions(ast.parse(text)) if n > FUNCTION_LINES_MAX}
    return found


def module_limit(name: str) -> float:
    """The most lines this file may have."""
    if name in GENERATED:
        return float("inf")
    return TABLE_MODULE_LINES_MAX if name.startswith(TABLE_FOLDERS) else MODULE_LINES_MAX


def functions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, int]]:
    """(qualified name, lines) of every function below `tree`."""
    for node in ast.iter_child_nodes(tree):
        name = prefix
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{prefix}{node.name}."
            if not isinstance(node, ast.ClassDef):
                yield name[:-1], (node.end_lineno or node.lineno) - node.lineno + 1
        yield from functions(node, name)


def complaints(found: dict[str, int], ratchet: dict[str, int]) -> list[str]:
    """What is wrong: new or grown sins, and entries of the ratchet that are larger than need be."""
    grown = [f"{name} has {n} lines; split it by noun" for name, n in found.items() if n > ratchet.get(name, 0)]
    slack = [
        f"{name} is down to {found.get(name, 'its limit')}: lower or remove it in {RATCHET.name}"
        for name, n in ratchet.items() if found.get(name, 0) < n
    ]
    return grown + slack


def test_modules_and_functions_are_within_limits_or_in_the_shrinking_list() -> None:
    assert complaints(oversized(ROOT), json.loads(RATCHET.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("found", "ratchet", "count"),
    [
        ({"a.py": 700}, {}, 1),
        ({"a.py": 700}, {"a.py": 650}, 1),
        ({"a.py": 700}, {"a.py": 700}, 0),
        ({"a.py": 700}, {"a.py": 800}, 1),
        ({}, {"a.py": 700}, 1),
    ],
)
def test_ratchet_given_sizes_complains_in_both_directions(
    found: dict[str, int], ratchet: dict[str, int], count: int
) -> None:
    assert len(complaints(found, ratchet)) == count


def test_planted_long_function_in_a_class_is_found(tmp_path: Path) -> None:
    (tmp_path / "storage").mkdir()
    body = "\n".join("        pass" for _ in range(FUNCTION_LINES_MAX))
    (tmp_path / "storage" / "file.py").write_text(f"class A:\n    async def long(self):\n{body}\n", encoding="utf-8")
    assert oversized(tmp_path) == {"storage/file.py::A.long": FUNCTION_LINES_MAX + 1}
