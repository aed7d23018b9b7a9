"""Whether a server may listen beyond this machine: only when it asks for passwords and encrypts, or somebody says otherwise."""

import socket
from collections.abc import Sequence
from dataclasses import dataclass

from pgwire.listeners import CannotListen, is_loopback


@dataclass(frozen=True, slots=True)
class Safety:
    """What is there. path, host: as on the command line. rules: a file of rules was given, so the operator has decided.

    without_tls, without_passwords: somebody said that it is all right (a container's network).
    """

    path: str
    host: str
    tls: bool
    password: bool
    rules: bool
    without_tls: bool
    without_passwords: bool


def check(safety: Safety, listeners: Sequence[socket.socket]) -> None:
    """Raises CannotListen with the commands that help."""
    beyond = [str(each.getsockname()[0]) for each in listeners
              if each.family != socket.AF_UNIX and not is_loopback(str(each.getsockname()[0]))]
    if not beyond or safety.rules:
        return
    needs_tls = not (safety.tls or safety.without_tls)
    needs_password = not (safety.password or safety.without_passwords)
    if not (needs_tls or needs_password):
        return
    missing = " and ".join(["TLS"] * needs_tls + ["a role with a password"] * needs_password)
    steps = []
    if needs_tls:
        steps.append(f"pgquill certificate --host {_name_of(safety.host)}")
    if needs_password:
        steps.append(f"pgquill role create NAME {safety.path} --superuser")
    certificate = " --tls-cert server.crt --tls-key server.key" if needs_tls else ""
    steps.append(f"pgquill serve {safety.path} --host {safety.host}{certificate}")
    raise CannotListen(
        f"refusing to listen on {', '.join(beyond)} without {missing}: anybody on the network could "
        + ("connect" if needs_password else "read what is sent")
        + ". Do this:\n" + "".join(f"  {step}\n" for step in steps)
        + f"or listen on this machine only:\n  pgquill serve {safety.path} --host 127.0.0.1")


def _name_of(host: str) -> str:
    """What clients would call a server that listens everywhere."""
    return socket.gethostname() if host in ("0.0.0.0", "::", "") else host
