"""Settings (PostgreSQL's run-time configuration parameters): `Settings` is one session's, `SettingDefaults` a server's.

definitions.py: what settings there are. numbers.py: numbers with units. checks.py and time_zone.py: values with a
meaning of their own. defaults.py: what a session starts with. session.py: a session's values and their transactions.
statements.py: SET, RESET and SHOW.
"""

from executor.settings.defaults import SettingDefaults
from executor.settings.definitions import Definition, Typed, Value
from executor.settings.session import REPORTED, Settings

__all__ = ["REPORTED", "Definition", "SettingDefaults", "Settings", "Typed", "Value"]
