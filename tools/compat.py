"""Write the generated tables of COMPAT.md, and docs/functions.md, from what the project knows and measures of itself.

    python -m tools.compat

A table stands between `<!-- generated:NAME -->` and `<!-- /generated:NAME -->`; everything else is written by hand.
"""

import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from executor.builtins.families import FAMILIES
from executor.builtins.registry import family
from executor.facts import own_rows
from executor.facts.lookup import functions_by_oid, types_by_oid
from tools.conformance import RECORD_MODES, load_record
from tools.sections import with_section

ROOT = Path(__file__).resolve().parent.parent
COMPAT = ROOT / "COMPAT.md"
FUNCTIONS = ROOT / "docs" / "functions.md"


def conformance_table() -> str:
    """One line a file and mode, and the sums."""
    record = load_record()
    lines = ["| mode | file | shown exact | of | | exact | of |", "|---|---|---:|---:|---:|---:|---:|"]
    for mode in RECORD_MODES:
        files = record[mode]
        keys = ("shown_exact", "shown_total", "exact", "total")
        sums = {key: sum(scores[key] for scores in files.values()) for key in keys}
        for name, scores in [*files.items(), *([(f"**{len(files)} files**", sums)] if files else [])]:
            share = f"{scores['shown_exact'] / scores['shown_total']:.0%}" if scores["shown_total"] else ""
            lines.append(f"| {mode} | {name} | {scores['shown_exact']} | {scores['shown_total']} | {share} "
                         f"| {scores['exact']} | {scores['total']} |")
    return "\n".join(lines) if len(lines) > 2 else "Not scored yet."


def builtins_table() -> str:
    """How many of PostgreSQL's functions have a row, family by family."""
    lines = ["| family | functions |", "|---|---:|"]
    total = 0
    for name in sorted(FAMILIES):
        count = len(family(name))
        total += count
        lines.append(f"| {name} | {count} |")
    own = len(own_rows("pg_proc"))
    known = len(functions_by_oid()) - own
    return "\n".join([*lines, f"| **all** | {total - own} of the {known} in PostgreSQL 18's pg_proc |"])


SECTIONS: dict[str, Callable[[], str]] = {"conformance": conformance_table, "builtins": builtins_table}
"""Name of the marker -> maker of what stands between."""


def with_sections(text: str) -> str:
    """The document with its generated sections made anew; ValueError for a marker that is missing or unknown."""
    markers = re.findall(r"<!-- generated:(\w+) -->", text)
    if sorted(markers) != sorted(SECTIONS):
        raise ValueError(f"COMPAT.md has the markers {sorted(markers)}, tools/compat.py makes {sorted(SECTIONS)}")
    for name, make in SECTIONS.items():
        text = with_section(text, name, make())
    return text


def functions_document() -> str:
    """docs/functions.md: every function that there is, family by family, and the names of those that there are not."""
    facts = {f.signature: f for f in functions_by_oid().values()}
    lines = [
        "# Functions", "", "Written by `python -m tools.compat` from the tables in `executor/builtins`. An operator is the "
        "function behind it in pg_operator. Each example is also a test.", ""]
    for name in sorted(FAMILIES):
        doc = (import_module(f"executor.builtins.{name}").__doc__ or "").split("\n\n")[0].replace("\n", " ")
        lines += [f"## {name}", "", doc, "", "| function | result | example |", "|---|---|---|"]
        for signature, row in sorted(family(name).items()):
            fact = facts.get(signature)
            result = "" if fact is None else ("setof " if fact.returns_set else "") + types_by_oid()[fact.result].name
            lines.append(f"| {_code(signature)} | {result} | {_example(row.example)} |")
        lines.append("")
    have = {signature for name in FAMILIES for signature in family(name)}
    missing = sorted({f.name for signature, f in facts.items() if f.schema == "pg_catalog" and signature not in have})
    lines += ["## Not supported", "", "Calls of these, with the arguments that they have in PostgreSQL 18, raise 0A000. Some of "
              "them have other forms that are supported.", "", ", ".join(_code(name) for name in missing)]
    return "\n".join(lines) + "\n"


def _code(text: str) -> str:
    fence = "``" if "`" in text else "`"
    return fence + text.replace("|", "\\|").replace("\n", " ") + fence


def _example(example: tuple[str, str | None] | None) -> str:
    if example is None:
        return ""
    call, value = example
    return _code(call) + " → " + ("NULL" if value is None else _code(value) if value.strip() else "(blank)")


def main() -> None:
    """Rewrite COMPAT.md and docs/functions.md."""
    COMPAT.write_text(with_sections(COMPAT.read_text(encoding="utf-8")), encoding="utf-8")
    FUNCTIONS.write_text(functions_document(), encoding="utf-8")


if __name__ == "__main__":
    main()
