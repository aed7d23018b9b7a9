"""What publications let through: the same lines as PostgreSQL 18's pgoutput, for the same statements."""

import pytest

from tests.replication.published import NAMES, of_pgquill, recorded

pytestmark = pytest.mark.trio


@pytest.mark.parametrize("name", NAMES)
async def test_script_is_told_as_by_postgresql(name: str) -> None:
    assert await of_pgquill(name) == recorded(name)
