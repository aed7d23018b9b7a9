"""The tables of built-ins as a whole: signatures, examples, the list of families."""

from collections import Counter
from importlib import import_module
from pathlib import Path

import executor.builtins
from executor.builtins.base import NativeAggregate, PythonAggregate, SetReturning
from executor.builtins.families import FAMILIES
from executor.builtins.registry import all_builtins, find
from tests.executor.builtins.harness import functions

KNOWN_TWICE = {"pg_sequence_last_value(regclass)"}  # of catalog_lookup and sequences; this list may only shrink
FOLDER = Path(executor.builtins.__file__).parent


def test_every_signature_is_in_pg_proc() -> None:
    assert [row.signature for row in all_builtins() if row.signature not in functions()] == []


def test_no_signature_has_two_rows() -> None:
    counts = Counter(row.signature for name in FAMILIES for row in import_module(f"executor.builtins.{name}").BUILTINS)
    assert {signature for signature, count in counts.items() if count > 1} <= KNOWN_TWICE


def test_list_of_families_is_complete() -> None:
    modules = {path.stem for path in FOLDER.glob("*.py") if "\nBUILTINS" in path.read_text()}
    assert modules == set(FAMILIES)
    for name, listed in FAMILIES.items():
        rows = import_module(f"executor.builtins.{name}").BUILTINS
        assert {row.signature.partition("(")[0] for row in rows} == set(listed.split()), name


def test_kinds_fit_pg_proc() -> None:
    for row in all_builtins():
        function = functions()[row.signature]
        aggregate = isinstance(row.implementation, NativeAggregate | PythonAggregate)
        assert aggregate == (function.kind in "aw"), row.signature
        if function.returns_set:
            assert isinstance(row.implementation, SetReturning), row.signature


def test_unknown_signature_is_not_found() -> None:
    assert find("no_such_function(int4)") is None
    assert find("upper(int4)") is None
