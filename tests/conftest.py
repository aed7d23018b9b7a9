"""Fixtures every test may ask for: reference and product servers. They start when first asked for."""

from hypothesis import settings

from tests.pgquill_server import pgquill as pgquill
from tests.pgquill_server import serve_pgquill as serve_pgquill
from tests.postgres18 import postgres18 as postgres18

# A deadline in milliseconds says more about the machine's load than about the code.
settings.register_profile("pgquill", deadline=None)
settings.load_profile("pgquill")
