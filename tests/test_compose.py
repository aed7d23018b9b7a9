"""docker-compose.yml and Dockerfile are tested without Docker: what they would run is run here as a process."""

import json
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import yaml

from tests.pgquill_server import COMMAND, ROOT, command_environment, needs_engine, ready_pattern
from tests.processes import ServerProcess, free_port

VOLUME = "/data"
PORT_INSIDE = "5432"
SECRET = "/run/secrets/postgres_password"
PASSWORD = "a password"


def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return document


def dockerfile() -> list[tuple[str, str]]:
    """(instruction, rest) in order, with continued lines joined and comments dropped."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = re.sub(r"\\\n\s*", "", re.sub(r"(?m)^\s*#.*\n", "", text)).splitlines()
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines if line.strip())]


def last(instruction: str) -> str:
    return [rest for word, rest in dockerfile() if word == instruction][-1]


def image_environment() -> dict[str, str]:
    """What ENV sets, less PATH, which names folders of the image."""
    pairs = (word.partition("=") for word in shlex.split(last("ENV")))
    return {name: value for name, _, value in pairs if name != "PATH"}


def as_process(words: list[str], folder: Path, port: int) -> list[str]:
    """The command of the container on this machine: its volume, its port and its network mapped to ours."""
    places = {PORT_INSIDE: str(port), "0.0.0.0": "127.0.0.1"}  # the container has a network of its own
    return [places.get(word, word.replace(VOLUME, str(folder))) for word in words]


def start(command: list[str], folder: Path) -> tuple[ServerProcess, int]:
    assert json.loads(last("ENTRYPOINT")) == ["pgquill"]
    port = free_port()
    argv = [*COMMAND, *as_process(command, folder, port)]
    secret = folder / "secret.txt"
    secret.write_text(f"{PASSWORD}\n")
    variables = {name: str(secret) if value == SECRET else value
                 for name, value in compose()["services"]["primary"]["environment"].items()}
    environment = command_environment() | image_environment() | variables
    return ServerProcess(argv, ready=ready_pattern(port), env=environment), port


def test_compose_file_publishes_on_loopback_and_keeps_data_in_a_named_volume() -> None:
    document = compose()
    service = document["services"]["primary"]
    assert service["ports"] == [f"127.0.0.1:{PORT_INSIDE}:{PORT_INSIDE}"]
    assert [mount.split(":") for mount in service["volumes"]] == [[name, VOLUME] for name in document["volumes"]]
    assert "test" in service["healthcheck"]


def test_compose_gives_the_password_as_a_secret() -> None:
    document = compose()
    service = document["services"]["primary"]
    assert service["environment"]["POSTGRES_PASSWORD_FILE"] == SECRET
    assert service["secrets"] == list(document["secrets"]) == [SECRET.rpartition("/")[2]]


@needs_engine
def test_image_without_a_password_refuses_to_serve_the_network(tmp_path: Path) -> None:
    words = [*json.loads(last("ENTRYPOINT"))[1:], *json.loads(last("CMD"))]
    argv = [*COMMAND, *(word.replace(VOLUME, str(tmp_path)).replace(PORT_INSIDE, "0") for word in words)]
    done = subprocess.run(argv, env=command_environment() | image_environment(), capture_output=True, text=True, check=False,
                          timeout=60)
    assert done.returncode == 1
    assert "without a role with a password" in done.stderr


def test_image_runs_as_an_ordinary_user_on_the_same_command_and_health_check_as_compose() -> None:
    service = compose()["services"]["primary"]
    assert last("USER") not in ("root", "0")
    assert json.loads(last("CMD")) == service["command"]
    health = last("HEALTHCHECK")
    assert ["CMD", *json.loads(health[health.index("[") :])] == service["healthcheck"]["test"]


def test_image_copies_every_folder_of_the_product() -> None:
    copied = {rest.split()[0] for word, rest in dockerfile() if word == "COPY" and len(rest.split()) == 2}
    assert {"pgwire", "executor", "storage", "replication"} <= copied
    # Needed to listen on the container's network without TLS.
    assert image_environment()["PGQUILL_ALLOW_INSECURE_NETWORK"] == "1"


@needs_engine
def test_compose_command_run_as_a_process_serves_its_file_and_is_healthy(tmp_path: Path) -> None:
    service = compose()["services"]["primary"]
    server, port = start(service["command"], tmp_path)
    try:
        dsn = f"host=127.0.0.1 port={port} user=postgres dbname=app"
        with psycopg.connect(dsn, password=PASSWORD, require_auth="scram-sha-256") as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        _, _, *check = service["healthcheck"]["test"]
        healthy = subprocess.run(
            [sys.executable, *(word.replace(PORT_INSIDE, str(port)) for word in check)], check=False
        )
        assert healthy.returncode == 0
    finally:
        status = server.stop(signal.SIGTERM)
    assert status == 0, server.output()
    assert (tmp_path / "app.db").exists()


def test_health_check_without_a_server_fails() -> None:
    _, _, *check = compose()["services"]["primary"]["healthcheck"]["test"]
    port = str(free_port())
    done = subprocess.run(
        [sys.executable, *(word.replace(PORT_INSIDE, port) for word in check)], capture_output=True, check=False
    )
    assert done.returncode != 0
