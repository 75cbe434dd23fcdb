/**
 * What the fields of any message may hold: one check a kind, driven by descriptors, at both ends of every call. What
 * passes can be stored, listed, printed as JSON and read again by every language; what does not is refused with the path
 * of the field.
 *
 * It reads serialized messages, and not what the stubs make of them: they take strings that are no UTF-8, stop in the
 * middle of what they cannot read, and give up without a word of where at numbers that a double does not hold exactly.
 * Nothing is made on the way, so that a good message costs little; strings are looked at, never copied.
 */
import { isUtf8 } from "node:buffer";
import { unreadable } from "./codec.js";
import { contract, type FieldDescriptor, type MessageDescriptor, TYPE } from "./contract.js";
import { InvalidField } from "./errors.js";

/** Of a timestamp, in seconds: 2200. Later ones do not fit 64 bits as nanoseconds, with room to add. */
const MAX_TIMESTAMP = 7_258_118_400 - 1;
/** Of a duration, in seconds: a hundred years. */
const MAX_DURATION = 3_155_760_000;
const MAX_NANOS = 999_999_999;
/** Protobuf messages in each other that a JSON-like value may take: parsers stop at 100, what carries it takes some. */
const MAX_NESTING = 64;
/** What an array takes of that ... */
const ARRAY = 2;
/** ... and what an object takes. */
const OBJECT = 3;
/** Messages, or groups that nobody knows, in each other: what any parser takes. */
const MAX_DEPTH = 100;
/** Characters of a string that is no text: an id, a name, a reason. */
const MAX_STRING = 4_096;
/** Up to so many bytes a look at each is cheaper than a call of isUtf8. */
const SHORT = 64;
/** What a number of the contract may be, and what a number of JavaScript can be: 2^53 - 1, also of tokens and costs. */
const MAX_SIGNED = "9223372036854775807";
const MAX_SAFE = Number.MAX_SAFE_INTEGER;
/** A key that a plain object of JavaScript cannot have. */
const PROTO = Buffer.from("__proto__");

/** What the methods of the registry begin with. */
export const REGISTRY_SERVICE = "/botmesh.v1.RegistryService/";

/** Other messages are checked by whoever takes them in. */
const OURS = "botmesh.v1.";
/** Strings that may be longer, as far as the size of the message allows. */
const TEXTS = new Set([
  "botmesh.v1.Part.text",
  "botmesh.v1.Part.url",
  "botmesh.v1.Progress.text",
  "botmesh.v1.AgentCard.description",
  "botmesh.v1.Skill.name",
  "botmesh.v1.Skill.description",
  "botmesh.v1.Skill.examples",
  "botmesh.v1.FindAgentsRequest.query",
]);
/** What tells of spans, which may hold anything. */
const UNCHECKED = new Set(["botmesh.v1.GetTraceResponse", "botmesh.v1.ListTracesResponse"]);
const AMOUNTS = new Set([
  "botmesh.v1.Usage.input_tokens",
  "botmesh.v1.Usage.output_tokens",
  "botmesh.v1.Usage.cost_micros",
]);
/** What a registry's response can do without: `sift` leaves such a field out where it is wrong. */
const SPARED = new Set([
  "botmesh.v1.WatchAgentsResponse.limits",
  "botmesh.v1.HeartbeatResponse.limits",
  "botmesh.v1.RegisterResponse.limits",
  "botmesh.v1.SnapshotChunk.cards",
  "botmesh.v1.SnapshotChunk.instances",
  "botmesh.v1.AgentChanges.cards",
  "botmesh.v1.AgentChanges.instances",
  "botmesh.v1.Agent.card",
  "botmesh.v1.Agent.instances",
  "botmesh.v1.FindAgentsResponse.matches",
]);
/** The tag of bytes under number 15, which none of their messages has: readers pass over it. */
const NOBODYS = (15 << 3) | 2;

const VARINT = 0;
const BITS64 = 1;
const BYTES = 2;
const GROUP = 3;
const BITS32 = 5;

/** The bytes are no message at all. */
class UnreadableError extends Error {}

/** A value is not allowed; where it stands is told on the way out, so that a good message pays nothing for it. */
class WrongError extends Error {
  place = "";

  /** The same, seen from the message that has it as this field. */
  inside(name: string): void {
    this.place = this.place === "" || this.place.startsWith("[") ? name + this.place : `${name}.${this.place}`;
  }
}

/** Reads wire format between two positions. */
class Cursor {
  pos = 0;
  /** The lower and the upper 32 bits of the last varint. */
  lo = 0;
  hi = 0;

  constructor(
    readonly bytes: Uint8Array,
    /** Told of what was spared; undefined: nothing is. */
    readonly spare?: (field: FieldDescriptor, value: Uint8Array, why: string) => void,
  ) {}

  varint(end: number): void {
    const { bytes } = this;
    this.lo = this.hi = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.pos < end ? bytes[this.pos++] : undefined;
      if (byte === undefined) break;
      const part = byte & 0x7f;
      if (shift < 28) this.lo |= part << shift;
      else if (shift > 28) this.hi |= part << (shift - 32);
      else {
        this.lo |= part << 28;
        this.hi |= part >>> 4;
      }
      if (byte < 0x80) return;
    }
    throw new UnreadableError("a number has no end");
  }

  /** A varint as a signed number; exact as far as doubles are. */
  get signed(): number {
    return this.hi * 2 ** 32 + (this.lo >>> 0);
  }

  /** A varint as an unsigned number. */
  get unsigned(): number {
    return (this.hi >>> 0) * 2 ** 32 + (this.lo >>> 0);
  }

  /** The number of a field; its wire type is in `lo`. */
  tag(end: number): number {
    this.varint(end);
    const number = this.lo >>> 3;
    if (this.hi !== 0 || number === 0) throw new UnreadableError("a tag is none");
    return number;
  }

  /** Where what begins here ends. */
  length(end: number): number {
    this.varint(end);
    const stop = this.pos + (this.lo >>> 0);
    if (this.hi !== 0 || stop > end) throw new UnreadableError("a field is longer than what holds it");
    return stop;
  }

  /** So many bytes; where they begin. */
  take(count: number, end: number): number {
    const start = this.pos;
    this.pos += count;
    if (this.pos > end) throw new UnreadableError("a field ends too early");
    return start;
  }

  skip(wire: number, number: number, end: number, depth = 0): void {
    if (wire === VARINT) this.varint(end);
    else if (wire === BITS64) this.take(8, end);
    else if (wire === BYTES) this.pos = this.length(end);
    else if (wire === BITS32) this.take(4, end);
    else if (wire === GROUP && depth < MAX_DEPTH) this.#skipGroup(number, end, depth);
    else throw new UnreadableError("a field is of no known kind");
  }

  #skipGroup(group: number, end: number, depth: number): void {
    for (;;) {
      const number = this.tag(end);
      const wire = this.lo & 7;
      if (wire === GROUP + 1 && number === group) return;
      this.skip(wire, number, end, depth + 1);
    }
  }
}

/** Looks at a value of one wire type that begins at the cursor, and goes on behind it. */
type Look = (cursor: Cursor, end: number, depth: number) => void;

/** A field of a message: what its values are, and what looks at them. */
interface Field {
  descriptor: FieldDescriptor;
  wire: number;
  look: Look;
  /** Whether several of its values may come as one field. */
  packed: boolean;
  isMap: boolean;
  spared: boolean;
}

/** What to look at in one kind of message, by number. */
interface Plan {
  fields: (Field | undefined)[];
  isEntry: boolean;
}

const plans = new Map<string, Plan>();

/** The plan of a kind: made when it is first met. Its fields are filled in later, for it may hold its own kind. */
function planOf(name: string): Plan {
  let plan = plans.get(name);
  if (plan === undefined) {
    const kind = contract().messages.get(name);
    plan = { fields: [], isEntry: kind?.isEntry ?? false };
    plans.set(name, plan);
    if (kind !== undefined && name.startsWith(OURS) && !UNCHECKED.has(name)) {
      for (const field of kind.fields) plan.fields[field.number] = fieldOf(kind, field);
    }
  }
  return plan;
}

function fieldOf(kind: MessageDescriptor, descriptor: FieldDescriptor): Field {
  const name = `${kind.name}.${descriptor.name}`;
  const [wire, look] = lookOf(name, descriptor);
  return {
    descriptor,
    wire,
    look,
    packed: descriptor.repeated && wire !== BYTES,
    isMap: descriptor.type === TYPE.MESSAGE && contract().messages.get(descriptor.typeName)?.isEntry === true,
    spared: SPARED.has(name),
  };
}

const WELL_KNOWN: Record<string, Look> = {
  "google.protobuf.Timestamp": (cursor, end) => {
    lookAtTime(cursor, end, MAX_TIMESTAMP, "must be within the years 1970 to 2200, with nanos of 0 to 999,999,999");
  },
  "google.protobuf.Duration": (cursor, end) => {
    lookAtTime(cursor, end, MAX_DURATION, "must be 0 s to 100 years, with nanos of 0 to 999,999,999");
  },
  "google.protobuf.Value": (cursor, end) => {
    lookAtValue(cursor, end, 0);
  },
  "google.protobuf.Struct": (cursor, end) => {
    lookAtStruct(cursor, end, OBJECT);
  },
  "google.protobuf.ListValue": (cursor, end) => {
    lookAtList(cursor, end, ARRAY);
  },
};

/** The wire type of a field, and the look at one of its values. */
function lookOf(name: string, { type, typeName }: FieldDescriptor): [wire: number, look: Look] {
  switch (type) {
    case TYPE.MESSAGE:
      return [BYTES, messageLook(typeName)];
    case TYPE.STRING:
      return [BYTES, TEXTS.has(name) ? lookAtText : lookAtString];
    case TYPE.ENUM:
      return [VARINT, enumLook(typeName)];
    case TYPE.DOUBLE:
      return [BITS64, lookAtDouble];
    case TYPE.FLOAT:
      return [BITS32, lookAtFloat];
    case TYPE.INT64:
      return [VARINT, AMOUNTS.has(name) ? lookAtAmount : lookAtSigned];
    case TYPE.UINT64:
      return [VARINT, lookAtUnsigned];
    case TYPE.FIXED64:
      return [BITS64, lookAtFixed];
    case TYPE.BYTES:
      return [BYTES, (cursor, end) => void (cursor.pos = end)];
    case TYPE.INT32:
    case TYPE.UINT32:
    case TYPE.SINT32:
    case TYPE.BOOL:
      return [VARINT, lookAtVarint];
    case TYPE.FIXED32:
    case TYPE.SFIXED32:
      return [BITS32, (cursor, end) => void cursor.take(4, end)];
    default:
      throw new Error(`the contract has ${name} of type ${String(type)}, which is not checked yet`);
  }
}

function messageLook(typeName: string): Look {
  const known = WELL_KNOWN[typeName];
  if (known !== undefined) return known;
  const plan = planOf(typeName);
  return (cursor, end, depth) => {
    walk(cursor, end, plan, depth + 1);
  };
}

function enumLook(typeName: string): Look {
  const numbers = contract().enums.get(typeName) ?? new Set<number>();
  const kind = typeName.slice(typeName.lastIndexOf(".") + 1);
  return (cursor, end) => {
    cursor.varint(end);
    const number = cursor.lo; // an enum is 32 bits, whatever was written
    if (!numbers.has(number)) throw new WrongError(`must be a value of ${kind} and ${String(number)} is none`);
  };
}

function lookAtVarint(cursor: Cursor, end: number): void {
  cursor.varint(end);
}

function lookAtSigned(cursor: Cursor, end: number): void {
  cursor.varint(end);
  if (Math.abs(cursor.signed) > MAX_SAFE) {
    throw new WrongError(`must be -${String(MAX_SAFE)} to ${String(MAX_SAFE)} for an agent in JavaScript`);
  }
}

function lookAtUnsigned(cursor: Cursor, end: number): void {
  cursor.varint(end);
  checkUnsigned(cursor.unsigned);
}

function lookAtFixed(cursor: Cursor, end: number): void {
  const start = cursor.take(8, end);
  const { bytes } = cursor;
  let number = 0;
  for (let at = start + 7; at >= start; at--) number = number * 256 + (bytes[at] ?? 0);
  checkUnsigned(number);
}

function checkUnsigned(number: number): void {
  if (number >= 2 ** 63) throw new WrongError(`must be at most ${MAX_SIGNED}`);
  if (number > MAX_SAFE) throw new WrongError(`must be at most ${String(MAX_SAFE)} for an agent in JavaScript`);
}

function lookAtAmount(cursor: Cursor, end: number): void {
  cursor.varint(end);
  if (cursor.hi < 0 || cursor.signed > MAX_SAFE) throw new WrongError(`must be 0 to ${String(MAX_SAFE)}`);
}

function lookAtDouble(cursor: Cursor, end: number): void {
  if (!isFiniteDouble(cursor, end)) throw new WrongError("must be a finite number");
}

/** NaN and the infinities have all bits of the exponent. */
function isFiniteDouble(cursor: Cursor, end: number): boolean {
  const start = cursor.take(8, end);
  return ((cursor.bytes[start + 7] ?? 0) & 0x7f) !== 0x7f || (cursor.bytes[start + 6] ?? 0) < 0xf0;
}

function lookAtFloat(cursor: Cursor, end: number): void {
  const start = cursor.take(4, end);
  const isFinite = ((cursor.bytes[start + 3] ?? 0) & 0x7f) !== 0x7f || (cursor.bytes[start + 2] ?? 0) < 0x80;
  if (!isFinite) throw new WrongError("must be a finite number");
}

/** A string of any length. */
function lookAtText(cursor: Cursor, end: number): void {
  const { bytes } = cursor;
  let at = cursor.pos;
  cursor.pos = end;
  if (end - at <= SHORT) while (at < end && (bytes[at] ?? 0) < 0x80) at++;
  if (at < end && !isUtf8(bytes.subarray(at, end))) throw new UnreadableError("a string is no UTF-8");
}

function lookAtString(cursor: Cursor, end: number): void {
  const start = cursor.pos;
  lookAtText(cursor, end);
  if (end - start <= MAX_STRING) return;
  let count = 0;
  for (let at = start; at < end; at++) if (((cursor.bytes[at] ?? 0) & 0xc0) !== 0x80) count++;
  if (count > MAX_STRING) throw new WrongError(`has ${String(count)} characters and may have ${String(MAX_STRING)}`);
}

/** A Timestamp or a Duration: seconds and nanos, the last of each. */
function lookAtTime(cursor: Cursor, end: number, most: number, allowed: string): void {
  let seconds = 0;
  let nanos = 0;
  while (cursor.pos < end) {
    const number = cursor.tag(end);
    const wire = cursor.lo & 7;
    if (wire !== VARINT || number > 2) {
      cursor.skip(wire, number, end);
      continue;
    }
    cursor.varint(end);
    if (number === 1) seconds = cursor.signed;
    else nanos = cursor.lo;
  }
  if (!(seconds >= 0 && seconds <= most && nanos >= 0 && nanos <= MAX_NANOS)) throw new WrongError(allowed);
}

/** These three call each other at most MAX_NESTING deep. */
function lookAtValue(cursor: Cursor, end: number, depth: number): void {
  while (cursor.pos < end) {
    const number = cursor.tag(end);
    const wire = cursor.lo & 7;
    if (number === 2 && wire === BITS64) {
      if (!isFiniteDouble(cursor, end)) {
        throw new WrongError("has a number that JSON cannot hold: NaN or an infinity");
      }
    } else if (wire === BYTES && number === 3) lookAtText(cursor, cursor.length(end));
    else if (wire === BYTES && number === 5) lookAtStruct(cursor, cursor.length(end), depth + OBJECT);
    else if (wire === BYTES && number === 6) lookAtList(cursor, cursor.length(end), depth + ARRAY);
    else cursor.skip(wire, number, end);
  }
}

function lookAtStruct(cursor: Cursor, end: number, depth: number): void {
  checkNesting(depth);
  while (cursor.pos < end) {
    const number = cursor.tag(end);
    const wire = cursor.lo & 7;
    if (number === 1 && wire === BYTES) lookAtEntry(cursor, cursor.length(end), depth);
    else cursor.skip(wire, number, end);
  }
}

function lookAtEntry(cursor: Cursor, end: number, depth: number): void {
  while (cursor.pos < end) {
    const number = cursor.tag(end);
    const wire = cursor.lo & 7;
    if (number === 1 && wire === BYTES) lookAtKey(cursor, cursor.length(end));
    else if (number === 2 && wire === BYTES) lookAtValue(cursor, cursor.length(end), depth);
    else cursor.skip(wire, number, end);
  }
}

function lookAtKey(cursor: Cursor, end: number): void {
  const start = cursor.pos;
  lookAtText(cursor, end);
  if (end - start === PROTO.length && PROTO.equals(cursor.bytes.subarray(start, end))) {
    throw new WrongError("has the key '__proto__', which no object of an agent in JavaScript can have");
  }
}

function lookAtList(cursor: Cursor, end: number, depth: number): void {
  checkNesting(depth);
  while (cursor.pos < end) {
    const number = cursor.tag(end);
    const wire = cursor.lo & 7;
    if (number === 1 && wire === BYTES) lookAtValue(cursor, cursor.length(end), depth);
    else cursor.skip(wire, number, end);
  }
}

function checkNesting(depth: number): void {
  if (depth <= MAX_NESTING) return;
  throw new WrongError("is nested too deep: 32 arrays in each other are the most, or 21 objects");
}

/** Look at all fields of a message that ends here. */
function walk(cursor: Cursor, end: number, plan: Plan, depth: number): void {
  if (depth > MAX_DEPTH) throw new UnreadableError("it is nested too deep");
  const start = cursor.pos;
  let at = start;
  let field: Field | undefined;
  try {
    while (cursor.pos < end) {
      at = cursor.pos;
      const number = cursor.tag(end);
      const wire = cursor.lo & 7;
      field = plan.fields[number];
      if (field?.wire === wire) {
        if (wire !== BYTES) field.look(cursor, end, depth);
        else if (field.spared && cursor.spare !== undefined) lookOrSpare(cursor, cursor.length(end), field, at, depth);
        else field.look(cursor, cursor.length(end), depth);
      } else if (field?.packed === true && wire === BYTES) {
        const stop = cursor.length(end);
        while (cursor.pos < stop) field.look(cursor, stop, depth);
      } else {
        cursor.skip(wire, number, end);
      }
    }
  } catch (error) {
    if (error instanceof WrongError && field !== undefined && !plan.isEntry) {
      const { name, number, repeated } = field.descriptor;
      if (repeated && !field.isMap) error.inside(`[${String(countOf(cursor.bytes, start, at, number))}]`);
      error.inside(name);
    }
    throw error;
  }
}

/** Make a field that is wrong one that nobody reads. */
function lookOrSpare(cursor: Cursor, stop: number, field: Field, at: number, depth: number): void {
  const start = cursor.pos;
  try {
    field.look(cursor, stop, depth);
  } catch (error) {
    const isOurs = error instanceof WrongError || error instanceof UnreadableError;
    if (!isOurs || cursor.bytes[at] !== (field.descriptor.number << 3) + BYTES) throw error;
    const why = error instanceof WrongError ? `${error.place} ${error.message}` : `it cannot be read: ${error.message}`;
    cursor.spare?.(field.descriptor, cursor.bytes.subarray(start, stop), why);
    cursor.bytes[at] = NOBODYS;
    cursor.pos = stop;
  }
}

/** How many fields of that number stand before `at`. */
function countOf(bytes: Uint8Array, start: number, at: number, wanted: number): number {
  const cursor = new Cursor(bytes);
  cursor.pos = start;
  let count = 0;
  while (cursor.pos < at) {
    const number = cursor.tag(at);
    const wire = cursor.lo & 7;
    cursor.skip(wire, number, at);
    if (number === wanted) count++;
  }
  return count;
}

/**
 * Look at a serialized message.
 *
 * @param kind full name of the message
 * @param field what the message is to whoever reads the refusal
 * @throws InvalidField says which field, as "message.payload[2].data", and what is allowed there; `field` where the
 *   bytes are no message.
 */
export function checkFields(kind: string, bytes: Uint8Array, field: "request" | "response"): void {
  check(new Cursor(bytes), kind, field);
}

function check(cursor: Cursor, kind: string, field: string): void {
  try {
    const known = WELL_KNOWN[kind];
    if (known === undefined) walk(cursor, cursor.bytes.length, planOf(kind), 0);
    else known(cursor, cursor.bytes.length, 0);
  } catch (error) {
    if (error instanceof UnreadableError) throw unreadable(field, error.message);
    if (!(error instanceof WrongError)) throw error;
    throw new InvalidField(`${error.place || "the message"} ${error.message}`, { field: error.place });
  }
}

/** Look at the request of a method (its gRPC path); one that is in no contract passes. */
export function checkRequest(method: string, bytes: Uint8Array): void {
  const kind = contract().methods.get(method)?.request;
  if (kind !== undefined) checkFields(kind, bytes, "request");
}

/** Look at a response of a method: its callee has answered, whatever that is worth. */
export function checkResponse(method: string, bytes: Uint8Array): void {
  const kind = contract().methods.get(method)?.response;
  if (kind !== undefined) afterwards(() => checkFields(kind, bytes, "response"));
}

/** Something that was left out of a response. */
export interface LeftOut {
  /** The field that had it: "card", "instances". */
  field: string;
  /** Its string fields by name, as far as they can be read. */
  facts: Record<string, string>;
  why: string;
}

/**
 * Look at a registry's response, and make what it can do without unreadable where that is wrong: a card, an instance,
 * limits. `bytes` are changed.
 *
 * @throws InvalidField something else is wrong.
 */
export function sift(method: string, bytes: Uint8Array, leftOut: (what: LeftOut) => void): void {
  const kind = contract().methods.get(method)?.response;
  if (kind === undefined) return;
  const cursor = new Cursor(bytes, ({ name, typeName }, value, why) => {
    leftOut({ field: name, facts: strings(typeName, value), why });
  });
  afterwards(() => check(cursor, kind, "response"));
}

function afterwards(look: () => void): void {
  try {
    look();
  } catch (error) {
    if (error instanceof InvalidField) error.started = true;
    throw error;
  }
}

/** The string fields of a message that may be damaged. */
function strings(kind: string, bytes: Uint8Array): Record<string, string> {
  const found: Record<string, string> = {};
  const fields = planOf(kind).fields;
  const cursor = new Cursor(bytes);
  try {
    while (cursor.pos < bytes.length) {
      const number = cursor.tag(bytes.length);
      const wire = cursor.lo & 7;
      const start = cursor.pos;
      cursor.skip(wire, number, bytes.length);
      const descriptor = fields[number]?.descriptor;
      if (wire !== BYTES || descriptor?.type !== TYPE.STRING) continue;
      const inner = new Cursor(bytes.subarray(start, cursor.pos));
      inner.varint(inner.bytes.length);
      found[descriptor.name] = Buffer.from(inner.bytes.subarray(inner.pos)).toString().slice(0, 200);
    }
  } catch {
    return found; // no more can be read
  }
  return found;
}
