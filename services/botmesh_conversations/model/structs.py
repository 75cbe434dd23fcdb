"""Structs of named values: how one is changed by another."""

from google.protobuf.struct_pb2 import Struct


def merge(into: Struct, values: Struct) -> None:
    """Set values. A value is replaced as a whole: MergeFrom would join lists and structs with the old ones."""
    for name, value in values.fields.items():
        into.fields[name].CopyFrom(value)


def remove_nulls(values: Struct, named: Struct) -> None:
    """Remove the names that are null in `named`."""
    for name, value in named.fields.items():
        if value.WhichOneof("kind") in (None, "null_value"):
            values.fields.pop(name, None)


def changed(known: Struct, values: Struct) -> Struct:
    """Those of `values` that differ from what is known; null where nothing is known is no difference."""
    new = Struct()
    for name, value in values.fields.items():
        is_null = value.WhichOneof("kind") in (None, "null_value")
        differs = known.fields[name] != value if name in known.fields else not is_null
        if differs:
            new.fields[name].CopyFrom(value)
    return new
