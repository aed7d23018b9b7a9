"""Replica identity: by what columns those who follow the log know a row that is changed."""

from executor.catalog.model import Relation


def identity_key(relation: Relation) -> tuple[int, ...]:
    """The attnums of the replica identity; () if there is none, or if it is the whole row."""
    if relation.replica_identity == "d":
        key = relation.primary_key
        return () if key is None else key.columns
    if relation.replica_identity == "i":
        return tuple(k.column for i in relation.indexes if i.oid == relation.replica_index for k in i.columns)
    return ()


def has_identity(relation: Relation) -> bool:
    """Whether rows that are updated or deleted can be told apart."""
    return relation.replica_identity == "f" or bool(identity_key(relation))
