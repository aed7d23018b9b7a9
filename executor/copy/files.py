"""Files that the server reads and writes for COPY, with PostgreSQL's errors for what goes wrong."""

import errno
import os
from collections.abc import AsyncIterable

import trio

from executor.copy.copy_in import CHUNK_BYTES, CopyIn
from executor.errors import SqlError
from executor.sqlstates import (
    DiskFull,
    InsufficientPrivilege,
    InvalidName,
    IoError,
    UndefinedFile,
    WrongObjectType,
)

_SQLSTATES: dict[int, type[SqlError]] = {
    errno.ENOENT: UndefinedFile,
    errno.EACCES: InsufficientPrivilege,
    errno.EPERM: InsufficientPrivilege,
    errno.EROFS: InsufficientPrivilege,
    errno.EISDIR: WrongObjectType,
    errno.ENOTDIR: WrongObjectType,
    errno.ENOSPC: DiskFull,
}
_HINTS = {
    "reading": "COPY FROM instructs the PostgreSQL server process to read a file. "
    "You may want a client-side facility such as psql's \\copy.",
    "writing": "COPY TO instructs the PostgreSQL server process to write a file. "
    "You may want a client-side facility such as psql's \\copy.",
}


def _not_opened(error: OSError, path: str, purpose: str) -> SqlError:
    hint = _HINTS[purpose] if error.errno in (errno.ENOENT, errno.EACCES) else None
    return _failed(error, f'open file "{path}" for {purpose}', hint)


def _failed(error: OSError, action: str, hint: str | None = None) -> SqlError:
    code = error.errno or errno.EIO
    return _SQLSTATES.get(code, IoError)(f"could not {action}: {os.strerror(code)}", hint=hint)


async def read_file(path: str, copy: CopyIn) -> None:
    """Feed a file to a COPY FROM (58P01, 42501, 42809, 58030)."""
    try:
        file = await trio.open_file(path, "rb")
    except IsADirectoryError:
        raise WrongObjectType(f'"{path}" is a directory') from None
    except OSError as error:
        raise _not_opened(error, path, "reading") from None
    async with file:
        while True:
            try:
                data = await file.read(CHUNK_BYTES)
            except OSError as error:
                raise _failed(error, "read from COPY file") from None
            if not data:
                break
            await copy.write(data)
        await copy.finish()


async def write_file(path: str, chunks: AsyncIterable[list[bytes]]) -> None:
    """Write a COPY TO into a file that only its owner may change (42602, 58P01, 42501, 42809, 53100, 58030)."""
    if not os.path.isabs(path):
        raise InvalidName("relative path not allowed for COPY to file")
    try:
        file = await trio.open_file(path, "wb", opener=lambda name, flags: os.open(name, flags, 0o644))
    except OSError as error:
        raise _not_opened(error, path, "writing") from None
    async with file:
        async for pieces in chunks:
            try:
                await file.write(b"".join(pieces))
            except OSError as error:
                raise _failed(error, "write to COPY file") from None
