"""What PostgreSQL 18 showed of a schema (see record_golden) and that schema as a Catalog."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from executor.catalog.model import Catalog


@cache
def golden() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "golden.json").read_text())
    return found


@cache
def catalog() -> Catalog:
    return msgspec.convert(golden()["catalog"], Catalog)
