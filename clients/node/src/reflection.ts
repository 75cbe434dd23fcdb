/** Reflection: what a server tells of its services. */
import { BinaryReader } from "@bufbuild/protobuf/wire";
import type { PackageDefinition } from "@grpc/proto-loader";
import { ReflectionService } from "@grpc/reflection";
import { DESCRIPTORS } from "./generated/descriptors.js";

/** A reflection service that lists these services and knows all files of the contract. */
export function reflection(services: string[]): ReflectionService {
  // Files as protoc wrote them: what proto-loader makes of them forgets where the well-known types come from.
  const contract = { format: "Protocol Buffer 3 DescriptorProto", type: {}, fileDescriptorProtos: files() };
  return new ReflectionService({ contract } as PackageDefinition, { services });
}

/** The files of a FileDescriptorSet, each still serialized. */
function files(): Buffer[] {
  const reader = new BinaryReader(Buffer.from(DESCRIPTORS, "base64"));
  const found: Buffer[] = [];
  while (reader.pos < reader.len) {
    reader.tag(); // always 1, the set has no other field
    found.push(Buffer.from(reader.bytes()));
  }
  return found;
}
