/** Reflection: what a server tells of its services. */
import type { PackageDefinition } from "@grpc/proto-loader";
import { ReflectionService } from "@grpc/reflection";
import { files } from "./contract.js";

/** A reflection service that lists these services and knows all files of the contract. */
export function reflection(services: string[]): ReflectionService {
  // Files as protoc wrote them: what proto-loader makes of them forgets where the well-known types come from.
  const contract = { format: "Protocol Buffer 3 DescriptorProto", type: {}, fileDescriptorProtos: files() };
  return new ReflectionService({ contract } as PackageDefinition, { services });
}
