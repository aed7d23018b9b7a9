"""The source files the tidy tests look at, and what they import."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDERS = ("pgwire", "executor", "storage", "replication")
TOOLS = ("tools", "benchmarks")


def modules(folders: Iterable[str] = FOLDERS, root: Path = ROOT) -> Iterator[Path]:
    """Every Python file of these folders, in a fixed order."""
    for folder in folders:
        yield from sorted((root / folder).rglob("*.py"))


def module_name(path: Path, root: Path = ROOT) -> str:
    """The dotted name `path` is imported by."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path, root: Path = ROOT) -> set[str]:
    """The dotted names `path` imports anywhere in it, also inside functions; `from a import b` gives a and a.b."""
    found: set[str] = set()
    package = module_name(path, root).split(".")[: None if path.name == "__init__.py" else -1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *filter(None, [node.module])])
            found.add(base)
            found.update(f"{base}.{alias.name}" for alias in node.names)
    return found


def within(name: str, place: str) -> bool:
    """Whether the dotted name is `place` or lies below it."""
    return name == place or name.startswith(place + ".")
