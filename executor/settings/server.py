"""The settings a server is started with: `pgquill serve -c name=value`, checked as SET would check them."""

from collections.abc import Mapping

from executor.settings.checks import CHECKS
from executor.settings.defaults import SettingDefaults
from executor.settings.definitions import read
from executor.settings.session import Settings
from executor.sqlstates import CantChangeRuntimeParam, InvalidParameterValue
from executor.types.base import Env

_ELSEWHERE = {
    "port": "--port", "listen_addresses": "--host", "unix_socket_directories": "--socket-dir",
    "data_directory": "the path to serve", "server_version": "--server-version",
    "server_version_num": "--server-version",
}  # fmt: skip
"""Settings that follow from options of the command line."""


def server_defaults(server_version: str, settings: Mapping[str, str], facts: Mapping[str, str]) -> SettingDefaults:
    """What every session starts with. settings: as asked for; facts: what follows from how the server was started.

    Raises: 42704, 22023, 55P02 for a setting that is not what it is by being set.
    """
    trial = Settings(SettingDefaults.of_server(server_version), Env())
    asked = {name.lower(): text for name, text in settings.items()}
    for name, text in asked.items():
        definition = trial.definition(name)
        if name in _ELSEWHERE:
            raise CantChangeRuntimeParam(f'parameter "{definition.name}" is set with {_ELSEWHERE[name]}')
        if definition.context == "internal" or definition.hidden:
            raise CantChangeRuntimeParam(f'parameter "{definition.name}" cannot be changed')
        typed = read(definition, text)
        if name in CHECKS:
            asked[name] = str(CHECKS[name](definition, typed, trial))
    found = SettingDefaults.of_server(server_version, {**facts, **asked})
    _check_places(found)
    return found


def _check_places(defaults: SettingDefaults) -> None:
    """22023 where nobody could ever connect."""
    places, *kept = (int(defaults.values[name].typed) for name in (
        "max_connections", "superuser_reserved_connections", "reserved_connections"))
    if sum(kept) >= places:
        raise InvalidParameterValue(f'"superuser_reserved_connections" ({kept[0]}) plus "reserved_connections" '
                                    f'({kept[1]}) must be less than "max_connections" ({places})')
