"""A session for DDL tests: PostgreSQL's DDL goes in, the steps really run on an SQLite database in memory."""

import pytest

from tests.executor.ddl.session import Session


@pytest.fixture
def session() -> Session:
    return Session()
