import pytest

from pgwire.peer_names import common_name, distinguished_name, one_line

PEER = {"subject": ((("countryName", "DE"),), (("organizationName", "A, B"),), (("commonName", "alice"), ("userId", "7"))),
        "issuer": ((("commonName", "the CA"),),)}


def test_forms_of_a_name() -> None:
    assert common_name(PEER) == "alice"
    assert distinguished_name(PEER) == "CN=alice+UID=7,O=A\\, B,C=DE"
    assert one_line(PEER, "subject") == "/C=DE/O=A, B/CN=alice+UID=7"
    assert one_line(PEER, "issuer") == "/CN=the CA"


def test_nobody_has_no_name() -> None:
    assert (common_name({}), distinguished_name({})) == ("", "")


@pytest.mark.parametrize(("value", "written"), [("#a", "\\#a"), (" a ", "\\ a\\ "), ('a"b\\c;', 'a\\"b\\\\c\\;'), (" ", "\\ ")])
def test_special_characters_are_escaped(value: str, written: str) -> None:
    assert distinguished_name({"subject": ((("commonName", value),),)}) == f"CN={written}"
