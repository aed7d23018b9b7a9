"""What a run tells: medians, the ratio, and enough of the circumstances to repeat it."""

import json
import os
import platform
import statistics
import subprocess
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.workloads import Scale, Workload
from tools.sections import with_section

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Result:
    """The figures of one workload, one list per contender, in the order of the rounds."""

    name: str
    unit: str
    figures: dict[str, list[float]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def median(self, contender: str) -> float | None:
        """The middle figure; None if a round failed or there was none."""
        values = self.figures.get(contender, [])
        return statistics.median(values) if values and contender not in self.failures else None

    def spread(self, contender: str) -> float | None:
        """(largest - smallest) / median: how far the rounds lie apart."""
        values, middle = self.figures.get(contender, []), self.median(contender)
        return (max(values) - min(values)) / middle if middle else None

    def ratio(self, reference: str, ours: str) -> float | None:
        """How many times as fast as the reference `ours` is: above 1 we are faster, whatever the unit."""
        theirs, mine = self.median(reference), self.median(ours)
        if not theirs or not mine:
            return None
        return mine / theirs if self.unit == "tps" else theirs / mine

    def cells(self, reference: str, ours: str) -> tuple[str, str, str, str, str]:
        """Name, both medians, unit and ratio, as tables show them."""
        ratio = self.ratio(reference, ours)
        return (self.name, number(self.median(reference)), number(self.median(ours)), self.unit,
                "-" if ratio is None else f"{ratio:.2f}")


def start_result(workload: Workload) -> Result:
    """An empty result for a workload."""
    return Result(workload.name, workload.unit)


def print_table(results: list[Result], reference: str, ours: str, console: Console) -> None:
    """The table of medians and ratios, then what failed and why."""
    table = Table(title=f"{ours} beside {reference}: ratio above 1 means {ours} is faster")
    table.add_column("workload")
    for heading in (reference, ours, "unit", "ratio", "spread"):
        table.add_column(heading, justify="right")
    for result in results:
        spreads = [spread for name in (reference, ours) if (spread := result.spread(name)) is not None]
        table.add_row(*result.cells(reference, ours), f"{max(spreads):.0%}" if spreads else "-")
    console.print(table)
    for result in results:
        for contender, why in result.failures.items():
            console.print(f"{result.name}: {contender} failed: {why}", style="red", markup=False)


def number(value: float | None) -> str:
    """Four or so significant digits."""
    if value is None:
        return "failed"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3f}"


def write_json(path: Path, results: list[Result], names: tuple[str, str], scale: Scale) -> None:
    """Everything, for plots and for comparing runs of different days."""
    reference, ours = names
    document = {
        "reference": reference,
        "ours": ours,
        "scale": asdict(scale),
        "circumstances": circumstances(),
        "results": [
            {**asdict(result), "medians": {name: result.median(name) for name in names},
             "ratio": result.ratio(reference, ours)}
            for result in results
        ],
    }
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def write_section(path: Path, results: list[Result], names: tuple[str, str]) -> None:
    """Put the medians and ratios into a document, between the markers. Raises: ValueError if it has none."""
    reference, ours = names
    facts = circumstances()
    lines = [f"{facts['date'][:10]}, {facts['cpus']} CPUs, Python {facts['python']}, medians of "
             f"{max(len(each) for result in results for each in result.figures.values())} rounds.", "",
             f"| workload | {reference} | {ours} | unit | ratio |", "|---|---:|---:|---|---:|"]
    lines += [f"| {' | '.join(result.cells(reference, ours))} |" for result in results]
    path.write_text(with_section(path.read_text(encoding="utf-8"), "benchmarks", "\n".join(lines)), encoding="utf-8")


def circumstances() -> dict[str, Any]:
    """The machine and the versions."""
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return {
        "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "commit": commit.stdout.strip(),
        "system": platform.platform(),
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
    }
