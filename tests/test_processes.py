import signal
import sys

import pytest

from tests.processes import NotReady, ServerProcess

SERVER = """
import signal, sys
print("starting", flush=True)
print("ready on port 77", flush=True)
signal.sigwait({signal.SIGTERM})
sys.exit(3)
"""


def test_server_process_ready_line_seen_returns_its_match() -> None:
    script = "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})\n" + SERVER
    server = ServerProcess([sys.executable, "-c", script], ready=r"port (\d+)")
    assert server.ready_match is not None
    assert server.ready_match[1] == "77"
    assert server.stop(signal.SIGTERM) == 3


def test_server_process_ended_before_ready_raises_with_its_output() -> None:
    with pytest.raises(NotReady, match="cannot serve"):
        ServerProcess([sys.executable, "-c", "print('cannot serve')"], ready="never")
