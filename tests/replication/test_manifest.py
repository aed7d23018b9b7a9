"""Manifests: PostgreSQL's format, and what is wrong with damaged ones."""

import hashlib

import pytest

from replication.manifest import BadManifest, File, Manifest, decode, encode

MANIFEST = Manifest(7437283423, (File("app.db", 8192, 1700000000, "SHA256", "ab" * 32), File("é", 1, 1700000001)), 3,
                    "0/1000028", "0/1000100")
# What PostgreSQL 18's manifests look like, with another checksum at the end since the content is not its own.
TEXT = """{ "PostgreSQL-Backup-Manifest-Version": 2,
"System-Identifier": 7437283423,
"Files": [
{ "Path": "app.db", "Size": 8192, "Last-Modified": "2023-11-14 22:13:20 GMT", "Checksum-Algorithm": "SHA256", "Checksum": "%s" },
{ "Path": "é", "Size": 1, "Last-Modified": "2023-11-14 22:13:21 GMT" }
],
"WAL-Ranges": [
{ "Timeline": 3, "Start-LSN": "0/1000028", "End-LSN": "0/1000100" }
],
""" % ("ab" * 32)


def whole(text: str) -> bytes:
    return f'{text}"Manifest-Checksum": "{hashlib.sha256(text.encode()).hexdigest()}"}}\n'.encode()


def test_manifest_is_written_as_postgresql_does() -> None:
    assert encode(MANIFEST) == whole(TEXT)
    assert decode(encode(MANIFEST)) == MANIFEST


def test_names_are_encoded_where_that_is_asked_for_or_needed() -> None:
    assert b'"Encoded-Path": "6170702e6462"' in encode(MANIFEST, force_encode=True)
    assert decode(encode(MANIFEST, force_encode=True)) == MANIFEST
    odd = Manifest(1, (File("a\udcff.db", 1, 1),), 1, "0/0", "0/0")
    assert b'"Encoded-Path": "61ff2e6462"' in encode(odd)
    assert decode(encode(odd)) == odd


@pytest.mark.parametrize("length", [0, 1, 100, len(whole(TEXT)) - 1])
def test_manifest_that_is_cut_off_is_incomplete(length: int) -> None:
    with pytest.raises(BadManifest, match="incomplete"):
        decode(whole(TEXT)[:length])


def test_changed_manifest_is_noticed() -> None:
    with pytest.raises(BadManifest, match="own checksum"):
        decode(whole(TEXT).replace(b"8192", b"8193"))


@pytest.mark.parametrize(("old", "new"), [
    ("SHA256", "MD5"), ('"Size": 8192', '"Size": []'), ('"Size": 8192', '"Size": "x"'), ('"Files"', '"Other"'),
    ("2023-11-14 22:13:20 GMT", "yesterday"), ('"Path": "app.db"', '"Encoded-Path": "zz"'), ("[\n{ \"Timeline", "x"),
])
def test_manifest_of_another_kind_is_refused(old: str, new: str) -> None:
    with pytest.raises(BadManifest):
        decode(whole(TEXT.replace(old, new, 1)))
