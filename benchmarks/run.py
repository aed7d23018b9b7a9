"""`make bench`: run every workload against PostgreSQL 18 and pgquill in turn, and print the ratios.

    python -m benchmarks.run [--quick] [--only NAME ...] [--rounds N] [--self-test] [--json FILE] [--section FILE]

Rounds are interleaved (A B A B ...), so that a change of the machine's mood meets both alike; medians are compared.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import psycopg
from rich.console import Console

from benchmarks.contenders import Contender, both
from benchmarks.expressions import EXPRESSIONS
from benchmarks.report import Result, print_table, start_result, write_json, write_section
from benchmarks.workloads import FULL, QUICK, Programs, Scale, Workload
from benchmarks.workloads import WORKLOADS as SERVER_WORKLOADS
from benchmarks.writers import WRITERS
from tests.postgres18 import find_programs

CONSOLE = Console(stderr=True)
WORKLOADS = (*SERVER_WORKLOADS, *WRITERS, *EXPRESSIONS)


def arguments() -> argparse.Namespace:
    """The command line."""
    names = ", ".join(workload.name for workload in WORKLOADS)
    parser = argparse.ArgumentParser(
        description="Side-by-side benchmarks of pgquill and PostgreSQL 18.", epilog=f"Workloads: {names}")
    parser.add_argument("--quick", action="store_true", help="small data and short rounds: shows the way things point")
    parser.add_argument("--only", action="append", default=[], metavar="NAME",
                        help="only the workloads whose name begins so; may be repeated")
    parser.add_argument("--rounds", type=int, help="rounds per workload and server (default 5, with --quick 3)")
    parser.add_argument("--self-test", action="store_true",
                        help="PostgreSQL against itself: every ratio should be near 1")
    parser.add_argument("--directory", type=Path, default=Path(tempfile.gettempdir()),
                        help="where both keep their data; on a disk, not in memory, or commits cost nothing")
    parser.add_argument("--json", type=Path, help="write all figures here (default: only with this option)")
    parser.add_argument("--section", type=Path, metavar="FILE",
                        help="write the medians into this document, between its markers: docs/performance.md")
    return parser.parse_args()


def chosen(only: list[str]) -> list[Workload]:
    """The workloads asked for; SystemExit if a name fits none."""
    for name in only:
        if not any(workload.name.startswith(name) for workload in WORKLOADS):
            sys.exit(f"no workload begins with {name!r}; there are: {', '.join(each.name for each in WORKLOADS)}")
    return [each for each in WORKLOADS if not only or any(each.name.startswith(name) for name in only)]


def compare(workload: Workload, contenders: tuple[Contender, Contender], scale: Scale, rounds: int) -> Result:
    """Prepare both, then measure them in turn. A contender that fails is left out of the rest of this workload."""
    result = start_result(workload)

    def measure(contender: Contender) -> None:
        figure = workload.measure(contender, scale)
        result.figures.setdefault(contender.name, []).append(figure)
        workload.after(contender)

    for contender in contenders:
        attempt(result, contender, lambda each: workload.prepare(each, scale))
    if workload.answer is not None:
        check_answers(result, workload.answer, contenders, scale)
    for _ in range(rounds):
        for contender in contenders:
            if contender.name not in result.failures:
                attempt(result, contender, measure)
    return result


def check_answers(result: Result, answer: Callable[[Contender, Scale], object], contenders: tuple[Contender, Contender],
                  scale: Scale) -> None:
    """What is asked must have the same answer on both sides, or the comparison means nothing."""
    answers: list[object] = []
    for contender in contenders:
        if contender.name not in result.failures:
            attempt(result, contender, lambda each: answers.append(answer(each, scale)))
    if len(answers) == 2 and answers[0] != answers[1]:
        result.failures[contenders[1].name] = f"{str(answers[1])[:200]} instead of {str(answers[0])[:200]}"


def attempt(result: Result, contender: Contender, action: Callable[[Contender], None]) -> None:
    """Do it, or note why this contender could not."""
    try:
        action(contender)
    except (psycopg.Error, RuntimeError) as failure:
        result.failures.setdefault(contender.name, str(failure).strip())


def main() -> None:
    """Run, print, write; exit status 1 if a workload failed on either side."""
    options = arguments()
    scale = QUICK if options.quick else FULL
    rounds = options.rounds or (3 if options.quick else 5)
    workloads = chosen(options.only)
    Programs.folder = find_programs()
    results: list[Result] = []
    with both(options.directory, self_test=options.self_test) as contenders:
        for workload in workloads:
            CONSOLE.print(f"{workload.name} ...", style="dim")
            results.append(compare(workload, contenders, scale, rounds))
        names = (contenders[0].name, contenders[1].name)
    print_table(results, *names, Console())
    if options.json:
        write_json(options.json, results, names, scale)
    if options.section:
        write_section(options.section, results, names)
    sys.exit(1 if any(result.failures for result in results) else 0)


if __name__ == "__main__":
    main()
