"""The linter and the type checker are tests, so that nobody forgets them."""

import subprocess
import sys

from tests.tidy.source_tree import ROOT


def run(*arguments: str) -> None:
    done = subprocess.run([sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_ruff_finds_nothing() -> None:
    run("ruff", "check", ".")


def test_product_passes_strict_type_checking() -> None:
    run("mypy")


def test_tools_benchmarks_and_fixtures_pass_strict_type_checking() -> None:
    fixtures = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").glob("*.py"))
    run("mypy", "tools", "benchmarks", "tests/tidy", "tests/conformance", *fixtures)
