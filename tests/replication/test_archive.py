"""Archives, piece by piece, also damaged ones."""

import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replication import archive
from replication.archive import BadArchive, Ended, Member, Reader

FILES = [("backup_label", b"START\n"), ("app.db", bytes(range(256)) * 10), ("empty", b""), ("é" * 90, b"x" * 512)]


def built(files: list[tuple[str, bytes]] = FILES) -> bytes:
    pieces = [archive.header(name, len(data), 1000) + data + archive.padding(len(data)) for name, data in files]
    return b"".join(pieces) + archive.END


def read(data: bytes, step: int) -> list[tuple[str, bytes]]:
    reader, found, name = Reader(), [], ""
    content = b""
    for at in range(0, len(data), step):
        for event in reader.feed(data[at:at + step]):
            if isinstance(event, Member):
                name, content = event.name, b""
            elif isinstance(event, Ended):
                assert event.name == name
                found.append((name, content))
            else:
                content += event
    reader.end()
    return found


@given(st.integers(1, 7000))
def test_archive_is_read_however_it_is_cut(step: int) -> None:
    assert read(built(), step) == FILES


def test_archive_is_what_other_programs_read() -> None:
    with tarfile.open(fileobj=io.BytesIO(built())) as file:
        assert [(each.name, each.size, each.mode, each.mtime) for each in file] == [
            (name, len(data), 0o600, 1000) for name, data in FILES]


def test_archive_made_by_others_is_read() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as file:
        for name, data in FILES:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            file.addfile(info, io.BytesIO(data))
    assert read(out.getvalue(), 4096) == FILES


def test_size_beyond_eight_gigabytes_has_its_form() -> None:
    (member,) = Reader().feed(archive.header("app.db", 20 << 30, 1))
    assert member == Member("app.db", 20 << 30, 1)


@pytest.mark.parametrize("length", [0, 100, 512, 1000, 1024, 3000, -1024])
def test_archive_that_ends_too_early_is_incomplete(length: int) -> None:
    reader = Reader()
    list(reader.feed(built()[:length]))
    with pytest.raises(BadArchive, match="incomplete"):
        reader.end()


@pytest.mark.parametrize("name", ["../x", "a/b", "/etc/passwd", "..", "."])
def test_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(BadArchive, match="not one of pgquill"):
        list(Reader().feed(archive.header(name, 0, 1)))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_what_is_no_file_is_refused(kind: bytes) -> None:
    info = tarfile.TarInfo("x")
    info.type, info.linkname = kind, "/etc/passwd"
    with pytest.raises(BadArchive):
        list(Reader().feed(info.tobuf(tarfile.GNU_FORMAT)))


@given(st.binary(min_size=512, max_size=5000))
def test_garbage_is_refused_or_unfinished(data: bytes) -> None:
    reader = Reader()
    with pytest.raises(BadArchive):
        list(reader.feed(data))
        reader.end()
        raise BadArchive("garbage may begin with an archive's end")
