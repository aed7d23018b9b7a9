"""The table of Hermitage's anomalies in docs/isolation.md, made from what the isolation scorer prints.

    python isolation.py --port PORT --only hermitage | python -m tools.isolation_table
"""

import re
import sys
from pathlib import Path

from tools.sections import with_section

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "isolation.md"
LEVELS = ("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE")
LINE = re.compile(r"^(\S+) +(\S+(?: \([^)]*\))?) +(\S+(?: \([^)]*\))?) +(\S+(?: \([^)]*\))?)$", re.MULTILINE)
MEANING = {
    "G0": "write cycles", "G1a": "aborted reads", "G1b": "intermediate reads", "G1c": "circular information flow",
    "OTV": "observed transaction vanishes", "PMP": "predicate-many-preceders", "PMP-write": "the same, by a write",
    "P4": "lost update", "G-single": "read skew", "G-single-predicate": "read skew by predicates",
    "G-single-write": "read skew by a write", "G2-item": "write skew on rows", "G2": "write skew on predicates",
    "G2-two-edges": "write skew through a reader",
}  # fmt: skip


def cell(found: str) -> str:
    """How one outcome is shown: what pgquill does, and PostgreSQL where it does something else."""
    outcome, _, remark = found.partition(" ")
    shown = "allowed" if outcome == "ANOMALY" else "prevented"
    return f"{shown} (PostgreSQL: allowed)" if remark == "(PG: anomaly)" else shown


def table(output: str) -> str:
    """The table in Markdown. Raises: ValueError if the output has none."""
    rows = [match.groups() for match in LINE.finditer(output) if match[1] in MEANING]
    if len(rows) != len(MEANING):
        raise ValueError(f"the output has {len(rows)} of {len(MEANING)} anomalies")
    lines = [f"| anomaly | | {' | '.join(LEVELS)} |", "|---|---|---|---|---|"]
    lines += [f"| {name} | {MEANING[name]} | {' | '.join(map(cell, cells))} |" for name, *cells in rows]
    return "\n".join(lines)


def main() -> None:
    """Read the scorer's output, write the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(with_section(text, "hermitage", table(sys.stdin.read())), encoding="utf-8")


if __name__ == "__main__":
    main()
