/** Reads protobuf wire format in place, without decoding messages or copying bytes. */
import type { FieldDescriptor } from "../contract.js";

/** Wire types, as the low 3 bits of a tag encode them. */
export const VARINT = 0;
export const BITS64 = 1;
export const BYTES = 2;
export const BITS32 = 5;
const GROUP = 3;
const GROUP_END = 4;

/** Maximum depth of nested messages and groups. Every protobuf parser accepts this depth. */
export const MAX_DEPTH = 100;

/** The bytes are not a message. */
export class UnreadableError extends Error {}

/**
 * A field holds a value that is not allowed. The path is built while the error unwinds, so a valid message pays
 * nothing.
 */
export class InvalidValueError extends Error {
  /** Path of the field, relative to the message that the error has unwound to: "payload[2].data". */
  path = "";

  /** Prepends the name of a field, or an index as "[2]", to the path. */
  inside(name: string): void {
    this.path = this.path === "" || this.path.startsWith("[") ? name + this.path : `${name}.${this.path}`;
  }
}

/** Checks one value that starts at the cursor and moves the cursor behind it. */
export type Check = (cursor: Cursor, end: number, depth: number) => void;

/** Receives an optional field that was removed: the field, its serialized value and the reason. */
export type OnRemoved = (field: FieldDescriptor, value: Uint8Array, why: string) => void;

/** A position in serialized bytes. Methods throw UnreadableError if a value passes `end`. */
export class Cursor {
  pos = 0;
  /** The lower and the upper 32 bits of the last varint. */
  lo = 0;
  hi = 0;

  constructor(
    readonly bytes: Uint8Array,
    /** If set, invalid optional fields are removed and reported here; otherwise they are errors. */
    readonly onRemoved?: OnRemoved,
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

  /** The last varint as a signed number; exact up to 2^53. */
  get signed(): number {
    return this.hi * 2 ** 32 + (this.lo >>> 0);
  }

  /** The last varint as an unsigned number; exact up to 2^53. */
  get unsigned(): number {
    return (this.hi >>> 0) * 2 ** 32 + (this.lo >>> 0);
  }

  /** Reads a tag and returns the field number. The wire type is `lo & 7`. */
  tag(end: number): number {
    this.varint(end);
    const number = this.lo >>> 3;
    if (this.hi !== 0 || number === 0) throw new UnreadableError("a tag is none");
    return number;
  }

  /** Reads a length prefix and returns the position at which the value ends. */
  length(end: number): number {
    this.varint(end);
    const stop = this.pos + (this.lo >>> 0);
    if (this.hi !== 0 || stop > end) throw new UnreadableError("a field is longer than what holds it");
    return stop;
  }

  /** Moves over `count` bytes and returns the position of the first. */
  take(count: number, end: number): number {
    const start = this.pos;
    this.pos += count;
    if (this.pos > end) throw new UnreadableError("a field ends too early");
    return start;
  }

  /** Moves over a value of wire type `wire`. `number` is its field number, which the end of a group repeats. */
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
      if (wire === GROUP_END && number === group) return;
      this.skip(wire, number, end, depth + 1);
    }
  }
}
