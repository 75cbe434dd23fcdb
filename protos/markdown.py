"""Writes the contract's page: `markdown.py DESCRIPTORS > docs/contract.md`, from what protoc knows of the protos.

DESCRIPTORS is a FileDescriptorSet with source info (protoc --include_source_info). Ours, because the usual
plugin has had no release since 2022 and needs a toolchain of its own.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from google.protobuf import descriptor_pb2 as pb

Path_ = tuple[int, ...]
MESSAGE, ENUM, SERVICE = 4, 5, 6
FIELD, NESTED_MESSAGE, NESTED_ENUM = 2, 3, 4
METHOD = VALUE = 2
PACKAGE = ".botmesh.v1."


class File:
    """One proto, and the comments in it by the place of what they are about."""

    def __init__(self, proto: pb.FileDescriptorProto) -> None:
        self.proto = proto
        self._comments = {
            tuple(one.path): one.leading_comments or one.trailing_comments for one in proto.source_code_info.location
        }

    def comment(self, path: Path_) -> str:
        """A comment as it stands."""
        return "\n".join(line.strip() for line in self._comments.get(path, "").splitlines()).strip()

    def line(self, path: Path_) -> str:
        """A comment as one line of a table."""
        return " ".join(self.comment(path).split()).replace("|", "\\|")

    def messages(self) -> Iterator[tuple[str, Path_, pb.DescriptorProto]]:
        """All messages, those inside others after them."""
        for index, message in enumerate(self.proto.message_type):
            yield from _nested(message.name, (MESSAGE, index), message)

    def enums(self) -> Iterator[tuple[str, Path_, pb.EnumDescriptorProto]]:
        """All enums."""
        for index, enum in enumerate(self.proto.enum_type):
            yield enum.name, (ENUM, index), enum
        for name, path, message in self.messages():
            for index, enum in enumerate(message.enum_type):
                yield f"{name}.{enum.name}", (*path, NESTED_ENUM, index), enum


def _nested(name: str, path: Path_, message: pb.DescriptorProto) -> Iterator[tuple[str, Path_, pb.DescriptorProto]]:
    if not message.options.map_entry:
        yield name, path, message
    for index, inner in enumerate(message.nested_type):
        yield from _nested(f"{name}.{inner.name}", (*path, NESTED_MESSAGE, index), inner)


def page(files: list[File]) -> Iterator[str]:
    """The page, line by line."""
    yield "# The contract"
    yield ""
    yield "Written by `make generate` from [protos/](../protos/botmesh/v1); edit the comments there."
    yield ""
    for file in files:
        base = Path(file.proto.name).name
        services = "".join(f" — [{one.name}](#{_anchor(one.name)})" for one in file.proto.service)
        yield f"- [{base}](#{base.replace('.', '')}){services}"
    for file in files:
        base = Path(file.proto.name).name
        yield from ("", f"## {base}")
        about = file.comment((2,)) or file.comment((12,))  # on the package or the syntax line
        yield from ("", about) if about else ()
        for index, service in enumerate(file.proto.service):
            yield from _service(file, (SERVICE, index), service)
        for name, path, message in file.messages():
            yield from _message(file, name, path, message)
        for name, path, enum in file.enums():
            yield from _enum(file, name, path, enum)


def _service(file: File, path: Path_, service: pb.ServiceDescriptorProto) -> Iterator[str]:
    yield from ("", f"### {service.name}", "", file.comment(path))
    for index, method in enumerate(service.method):
        streams = "stream " if method.server_streaming else ""
        taken = "stream " if method.client_streaming else ""
        asked, answer = _link(method.input_type), _link(method.output_type)
        yield from ("", f"**{method.name}** ({taken}{asked}) → {streams}{answer}", "")
        yield file.comment((*path, METHOD, index))


def _message(file: File, name: str, path: Path_, message: pb.DescriptorProto) -> Iterator[str]:
    yield from ("", f"### {name}", "", file.comment(path))
    if not message.field:
        return
    maps = {f"{PACKAGE}{name}.{one.name}": one for one in message.nested_type if one.options.map_entry}
    yield from ("", "| field | number | type | what |", "| --- | --- | --- | --- |")
    for index, field in enumerate(message.field):
        kind = _type(field, maps)
        one_of = field.HasField("oneof_index") and not field.proto3_optional
        group = f" (one of `{message.oneof_decl[field.oneof_index].name}`)" if one_of else ""
        what = file.line((*path, FIELD, index))
        yield f"| `{field.name}` | {field.number} | {kind}{group} | {what} |"


def _enum(file: File, name: str, path: Path_, enum: pb.EnumDescriptorProto) -> Iterator[str]:
    yield from ("", f"### {name}", "", file.comment(path), "", "| value | number | what |", "| --- | --- | --- |")
    for index, value in enumerate(enum.value):
        yield f"| `{value.name}` | {value.number} | {file.line((*path, VALUE, index))} |"


def _type(field: pb.FieldDescriptorProto, maps: Mapping[str, pb.DescriptorProto]) -> str:
    if field.type_name in maps:
        key, value = maps[field.type_name].field
        return f"map of {_type(key, {})} to {_type(value, {})}"
    scalar = pb.FieldDescriptorProto.Type.Name(field.type).removeprefix("TYPE_").lower()
    kind = _link(field.type_name) if field.type_name else scalar
    if field.label == pb.FieldDescriptorProto.LABEL_REPEATED:
        return f"list of {kind}"
    return f"optional {kind}" if field.proto3_optional else kind


def _link(name: str) -> str:
    if not name.startswith(PACKAGE):
        return f"`{name.removeprefix('.')}`"
    short = name.removeprefix(PACKAGE)
    return f"[{short}](#{_anchor(short)})"


def _anchor(name: str) -> str:
    return name.lower().replace(".", "")


if __name__ == "__main__":
    found = pb.FileDescriptorSet.FromString(Path(sys.argv[1]).read_bytes())
    for text in page([File(proto) for proto in found.file if proto.package == PACKAGE.strip(".")]):
        print(text)
