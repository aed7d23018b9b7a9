"""Rows of a portal to the client, in chunks with back-pressure: shared by the simple and the extended protocol."""

from typing import TYPE_CHECKING

import trio

from pgwire.contract import Portal
from pgwire.messages.result import EMPTY_QUERY_RESPONSE, encode_command_complete, encode_rows

if TYPE_CHECKING:
    from pgwire.session import ClientSession

CHUNK_BYTES = 1 << 17
"""Encoded bytes a chunk aims at: enough for one send to be worth it, little enough to hold the event loop only for a
few milliseconds."""

FIRST_CHUNK_ROWS = 64
CHUNK_ROWS_MAX = 4096


async def send_rows(session: "ClientSession", portal: Portal, limit: int) -> int:
    """Queue up to `limit` rows (0 = all) of a started portal, sending whenever there is a chunk; how many there were.

    The number of rows in the next chunk follows from the size of the last, so wide rows do not fill the memory.
    """
    encoders = portal.encoders
    wanted = FIRST_CHUNK_ROWS
    count = 0
    while not portal.finished:
        rows = await portal.fetch(min(wanted, limit - count) if limit else wanted)
        if not rows:
            break
        data = encode_rows(rows, encoders)
        session.out += data
        count += len(rows)
        if count == limit:
            break
        if len(session.out) >= CHUNK_BYTES:
            await session.flush()
            await trio.lowlevel.checkpoint()
        wanted = min(CHUNK_ROWS_MAX, max(1, CHUNK_BYTES * len(rows) // len(data)))
    return count


async def run_to_end(portal: Portal) -> None:
    """Finish a portal that returns no rows."""
    while not portal.finished:
        if not await portal.fetch(1):
            break


def complete(session: "ClientSession", portal: Portal, rows: int | None = None) -> None:
    """Queue the end of a finished portal.

    rows: how many the last Execute gave. A tag that counts (SELECT 5, but not SHOW) counts only those in PostgreSQL.
    """
    tag = portal.tag
    if tag is not None and rows is not None:
        words, _, number = tag.rpartition(" ")
        if number.isdigit():
            tag = f"{words} {rows}"
    session.out += EMPTY_QUERY_RESPONSE if tag is None else encode_command_complete(tag)
