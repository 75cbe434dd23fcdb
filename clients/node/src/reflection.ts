import type { PackageDefinition } from "@grpc/proto-loader";
import { ReflectionService } from "@grpc/reflection";
import { files } from "./contract.js";

/** Creates a gRPC reflection service that lists these services and serves all files of the contract. */
export function reflection(services: string[]): ReflectionService {
  // The original descriptors, because those of proto-loader lose the imports of the well-known types.
  const contract = { format: "Protocol Buffer 3 DescriptorProto", type: {}, fileDescriptorProtos: files() };
  return new ReflectionService({ contract } as PackageDefinition, { services });
}
