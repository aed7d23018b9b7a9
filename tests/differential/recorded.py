"""PostgreSQL's answers of a selection, one file of JSON lines a family; the list of known differences; the table in docs/.

A line is [group, text after SELECT, columns, rows], or [group, text, SQLSTATE, message] for an error.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from zlib import crc32

from tests.differential.model import DIFFERENT, EQUAL, UNSUPPORTED, WORDING, Answer, Case
from tools.sections import with_section

HERE = Path(__file__).parent
FOLDER = HERE / "recorded"
KNOWN = HERE / "known_differences.json"
DOCUMENT = HERE.parent.parent / "docs" / "expressions.md"
NOT_RECORDED = frozenset({"57014", "54000", "XX000"})
"""PostgreSQL took too long, met a limit, or found an error in itself."""
BYTES_MAX = 400
"""Longer lines are not recorded."""
SHARE = 3
SHARES = {"resolution": 5, "casts": 6, "comparison": 6, "multirange": 5, "range": 4, "regexp": 4, "nested": 4, "windows": 4}
"""Of these families one in so many is recorded, of others one in SHARE; and all known differences."""


def record(answers: Mapping[Case, Answer]) -> None:
    """Write the files anew."""
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.jsonl"):
        path.unlink()
    lines: dict[str, list[str]] = {}
    known = {text for texts in known_differences().values() for text in texts}
    for case, answer in answers.items():
        line = json.dumps([case.group, case.text, *answer.packed()], ensure_ascii=False, separators=(",", ":"))
        drawn = crc32(case.text.encode()) // 7 % SHARES.get(case.family, SHARE) == 0 and len(line.encode()) <= BYTES_MAX
        if case.text in known or (drawn and answer.sqlstate not in NOT_RECORDED):
            lines.setdefault(case.family, []).append(line)
    for family, found in lines.items():
        (FOLDER / f"{family.replace(' ', '_')}.jsonl").write_text("\n".join(sorted(found)) + "\n", encoding="utf-8")


def families() -> list[str]:
    """The families that have a file."""
    return sorted(path.stem for path in FOLDER.glob("*.jsonl"))


def recorded(family: str) -> Iterator[tuple[Case, Answer]]:
    """The cases of a family with PostgreSQL's answers."""
    for line in (FOLDER / f"{family}.jsonl").read_text(encoding="utf-8").rstrip("\n").split("\n"):
        group, text, first, second = json.loads(line)
        yield Case(family, text, group), Answer.unpacked(first, second)


def known_differences() -> dict[str, dict[str, str]]:
    """Family -> text -> why it differs."""
    found: dict[str, dict[str, str]] = json.loads(KNOWN.read_text(encoding="utf-8"))
    return found


def table(counts: Mapping[str, Counter[str]]) -> str:
    """family: equal, 0A000, different."""
    columns = (EQUAL, WORDING, UNSUPPORTED, DIFFERENT)
    lines = ["| family | equal | other words | 0A000 | different |", "|---|---:|---:|---:|---:|"]
    for name in sorted(counts):
        lines.append(f"| {name} | " + " | ".join(str(counts[name][kind]) for kind in columns) + " |")
    total: Counter[str] = sum(counts.values(), Counter())
    lines.append(f"| **{total.total()} expressions** | " + " | ".join(str(total[kind]) for kind in columns) + " |")
    return "\n".join(lines)


def write_document(counts: Mapping[str, Counter[str]]) -> None:
    """Put the table between its markers in the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(with_section(text, "expressions", table(counts)), encoding="utf-8")
