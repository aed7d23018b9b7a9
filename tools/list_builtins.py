"""Writes executor/builtins/families.py: which function names each module of built-ins has. Run after adding rows."""

from importlib import import_module
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "executor" / "builtins"
HEAD = '''"""Which module of executor.builtins has which function names. Made by tools/list_builtins.py; do not edit."""

FAMILIES: dict[str, str] = {
'''


def wrapped(names: list[str]) -> str:
    """The names as adjacent string literals of at most 110 columns."""
    lines = [""]
    for name in names:
        if len(lines[-1]) + len(name) > 105:
            lines.append("")
        lines[-1] += name + " "
    return "\n".join(f'        "{line}"' for line in lines)


def main() -> None:
    """Import every module that has BUILTINS and write the names down."""
    text = HEAD
    for path in sorted(FOLDER.glob("*.py")):
        if "\nBUILTINS" in path.read_text():
            rows = import_module(f"executor.builtins.{path.stem}").BUILTINS
            names = sorted({row.signature.partition("(")[0] for row in rows})
            text += f'    "{path.stem}": (\n{wrapped(names)}\n    ),\n'
    (FOLDER / "families.py").write_text(text + "}\n")


if __name__ == "__main__":
    main()
