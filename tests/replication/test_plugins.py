import pytest

from replication.plugins import PLUGINS, PluginError, check_plugin, open_plugin


@pytest.mark.parametrize("name", sorted(PLUGINS))
def test_known_plugin_opens(name: str) -> None:
    check_plugin(name)
    options = {"proto_version": "1", "publication_names": "p"} if name == "pgoutput" else {}
    assert open_plugin(name, options, "18.6").is_text is (name != "pgoutput")


def test_unknown_plugin_is_refused_as_postgresql_does() -> None:
    with pytest.raises(PluginError) as caught:
        open_plugin("nosuch", {})
    assert (caught.value.sqlstate, caught.value.message) == ("42501", 'library "nosuch" may not be used as an output plugin')


@pytest.mark.parametrize("plugin", ["test_decoding", "wal2json"])
@pytest.mark.parametrize("value", ["x", "", "o", " true", "2", "truee"])
def test_value_that_is_no_boolean_is_refused_as_postgresql_does(plugin: str, value: str) -> None:
    with pytest.raises(PluginError) as caught:
        open_plugin(plugin, {"include-xids": value})
    message = f'could not parse value "{value}" for parameter "include-xids"'
    assert (caught.value.sqlstate, caught.value.message) == ("22023", message)


@pytest.mark.parametrize("plugin", ["test_decoding", "wal2json"])
@pytest.mark.parametrize(("value", "shown"), [("1", "1"), (None, "(null)")])
def test_unknown_option_is_refused_as_postgresql_does(plugin: str, value: str | None, shown: str) -> None:
    with pytest.raises(PluginError) as caught:
        open_plugin(plugin, {"include-sequences": value})
    assert (caught.value.sqlstate, caught.value.message) == ("22023", f'option "include-sequences" = "{shown}" is unknown')


@pytest.mark.parametrize("value", ["1", "tr", "of", "yes", "nO", "ON", None])
def test_booleans_are_read_as_the_type_does(value: str | None) -> None:
    open_plugin("test_decoding", {"include-xids": value})
