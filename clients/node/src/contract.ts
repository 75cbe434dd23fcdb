/** The contract's messages, enums and methods, decoded from its descriptors at first use. */
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { DESCRIPTORS } from "./generated/descriptors.js";

/** Field types with the numbers of descriptor.proto. */
export const TYPE = {
  DOUBLE: 1,
  FLOAT: 2,
  INT64: 3,
  UINT64: 4,
  INT32: 5,
  FIXED64: 6,
  FIXED32: 7,
  BOOL: 8,
  STRING: 9,
  MESSAGE: 11,
  BYTES: 12,
  UINT32: 13,
  ENUM: 14,
  SFIXED32: 15,
  SFIXED64: 16,
  SINT32: 17,
  SINT64: 18,
} as const;

export interface FieldDescriptor {
  name: string;
  number: number;
  type: number;
  repeated: boolean;
  /** Full name of its message or enum type; empty for other types. */
  typeName: string;
}

export interface MessageDescriptor {
  /** Full name. */
  name: string;
  fields: FieldDescriptor[];
  /** Whether it is the entry type of a map field. */
  isEntry: boolean;
}

/** Messages and enums by full name; methods by gRPC path. */
export interface Contract {
  messages: Map<string, MessageDescriptor>;
  enums: Map<string, Set<number>>;
  methods: Map<string, { request: string; response: string }>;
}

/** Prefix of the gRPC paths of the registry's methods. */
export const REGISTRY_SERVICE = "/botmesh.v1.RegistryService/";

let known: Contract | undefined;

/** Returns the contract. It is decoded once. */
export function contract(): Contract {
  known ??= read();
  return known;
}

/** Returns the serialized FileDescriptorProtos of the contract. */
export function files(): Buffer[] {
  return parts(Buffer.from(DESCRIPTORS, "base64")).flatMap(({ bytes }) => (bytes === undefined ? [] : [bytes]));
}

function read(): Contract {
  const made: Contract = { messages: new Map(), enums: new Map(), methods: new Map() };
  for (const file of files()) {
    const fields = parts(file);
    const prefix = text(fields, 2);
    for (const { number, bytes } of fields) {
      if (bytes === undefined) continue;
      if (number === 4) addMessage(made, prefix, bytes);
      if (number === 5) addEnum(made, prefix, bytes);
      if (number === 6) addService(made, prefix, bytes);
    }
  }
  return made;
}

function addMessage(made: Contract, prefix: string, descriptor: Buffer): void {
  const fields = parts(descriptor);
  const name = `${prefix}.${text(fields, 1)}`;
  const message: MessageDescriptor = { name, fields: [], isEntry: false };
  for (const { number, bytes } of fields) {
    if (bytes === undefined) continue;
    if (number === 2) message.fields.push(fieldIn(bytes));
    if (number === 3) addMessage(made, name, bytes);
    if (number === 4) addEnum(made, name, bytes);
    if (number === 7) message.isEntry = value(parts(bytes), 7) === 1;
  }
  made.messages.set(name, message);
}

function fieldIn(descriptor: Buffer): FieldDescriptor {
  const fields = parts(descriptor);
  return {
    name: text(fields, 1),
    number: value(fields, 3),
    type: value(fields, 5),
    repeated: value(fields, 4) === 3,
    typeName: text(fields, 6).slice(1), // type names start with a dot
  };
}

function addEnum(made: Contract, prefix: string, descriptor: Buffer): void {
  const fields = parts(descriptor);
  const numbers = fields.flatMap(({ number, bytes }) =>
    number === 2 && bytes !== undefined ? [value(parts(bytes), 2)] : [],
  );
  made.enums.set(`${prefix}.${text(fields, 1)}`, new Set(numbers));
}

function addService(made: Contract, prefix: string, descriptor: Buffer): void {
  const fields = parts(descriptor);
  for (const { number, bytes } of fields) {
    if (number !== 2 || bytes === undefined) continue;
    const method = parts(bytes);
    made.methods.set(`/${prefix}.${text(fields, 1)}/${text(method, 1)}`, {
      request: text(method, 2).slice(1),
      response: text(method, 3).slice(1),
    });
  }
}

/** One field of a serialized descriptor. Descriptors contain only bytes and small numbers. */
interface Part {
  number: number;
  bytes: Buffer | undefined;
  value: number;
}

function parts(bytes: Buffer): Part[] {
  const reader = new BinaryReader(bytes);
  const found: Part[] = [];
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    if (wire === WireType.LengthDelimited) found.push({ number, bytes: Buffer.from(reader.bytes()), value: 0 });
    else if (wire === WireType.Varint) found.push({ number, bytes: undefined, value: reader.int32() });
    else reader.skip(wire, number);
  }
  return found;
}

function text(fields: Part[], number: number): string {
  return fields.find((field) => field.number === number)?.bytes?.toString() ?? "";
}

function value(fields: Part[], number: number): number {
  return fields.find((field) => field.number === number)?.value ?? 0;
}
