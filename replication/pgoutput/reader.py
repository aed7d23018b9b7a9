"""A stream of pgoutput's messages as a subscriber reads it: what may follow what, and which table a change is of. Pure."""

from pgwire.messages.body import ProtocolViolation
from replication.pgoutput import messages
from replication.pgoutput.messages import AnyMessage, Relation, Streamable

OUTSIDE = frozenset({messages.Begin, messages.BeginPrepare, messages.StreamStart, messages.StreamCommit, messages.StreamAbort,
                     messages.StreamPrepare, messages.CommitPrepared, messages.RollbackPrepared, messages.Message})
"""What may come while no transaction is open."""
ENDS = frozenset({messages.Commit, messages.Prepare})


class StreamReader:
    """Payloads to messages, in the order they come. Raises: ProtocolViolation for what is malformed or out of place."""

    def __init__(self) -> None:
        self.relations: dict[int, Relation] = {}
        """What each table was last said to be; of blocks too."""
        self.types: dict[int, messages.Type] = {}
        self.block: int | None = None
        """The transaction of the streamed block that is open."""
        self._in_transaction = False

    def read(self, data: bytes) -> AnyMessage:
        """The next message. A change is only given if its table was described before."""
        message = messages.decode(data, in_block=self.block is not None)
        self._check_place(message)
        if isinstance(message, Relation):
            self.relations[message.oid] = message
        elif isinstance(message, messages.Type):
            self.types[message.oid] = message
        else:
            self._check_relations(message)
            self._move(message)
        return message

    def relation(self, oid: int) -> Relation:
        """The table with this OID."""
        try:
            return self.relations[oid]
        except KeyError:
            raise ProtocolViolation(f"no relation map entry for remote relation ID {oid}") from None

    def _check_place(self, message: AnyMessage) -> None:
        kind = type(message)
        if self.block is not None:
            allowed = isinstance(message, Streamable) or kind in (messages.StreamStop, messages.Origin)
        elif self._in_transaction:
            allowed = isinstance(message, Streamable) or kind in ENDS or kind is messages.Origin
        else:
            allowed = kind in OUTSIDE
        if not allowed:
            raise ProtocolViolation(f"{kind.__name__} message sent out of order")

    def _check_relations(self, message: AnyMessage) -> None:
        if isinstance(message, messages.Truncate):
            for oid in message.oids:
                self.relation(oid)
        elif isinstance(message, messages.Insert | messages.Update | messages.Delete):
            count = len(self.relation(message.oid).columns)
            rows = (getattr(message, "old", None), getattr(message, "new", None))
            if any(row is not None and len(row.values) != count for row in rows):
                raise ProtocolViolation(f"the row has not the {count} columns of remote relation ID {message.oid}")

    def _move(self, message: AnyMessage) -> None:
        if isinstance(message, messages.StreamStart):
            self.block = message.xid
        elif isinstance(message, messages.StreamStop):
            self.block = None
        elif isinstance(message, messages.Begin | messages.BeginPrepare):
            self._in_transaction = True
        elif type(message) in ENDS:
            self._in_transaction = False
