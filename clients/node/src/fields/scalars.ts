/** Checks of scalar values: numbers, strings and enums. */
import { isUtf8 } from "node:buffer";
import { contract, type FieldDescriptor, TYPE } from "../contract.js";
import {
  BITS32,
  BITS64,
  BYTES,
  type Check,
  type Cursor,
  InvalidValueError,
  UnreadableError,
  VARINT,
} from "./cursor.js";
import { AMOUNT_FIELDS, TEXT_FIELDS } from "./rules.js";

/** Maximum length of an id, a name or a reason, in characters. */
const MAX_STRING = 4_096;
/** Maximum length in bytes up to which a loop over the bytes is faster than a call of isUtf8. */
const SHORT_STRING = 64;
/** Maximum 64-bit number of the contract, and of JavaScript (2^53 - 1). */
const MAX_SIGNED = "9223372036854775807";
const MAX_SAFE = Number.MAX_SAFE_INTEGER;

/** Returns the wire type of a scalar field and the check of one value. `name` is the field's full name. */
export function scalarCheck(name: string, { type, typeName }: FieldDescriptor): [wire: number, check: Check] {
  switch (type) {
    case TYPE.STRING:
      return [BYTES, TEXT_FIELDS.has(name) ? checkText : checkString];
    case TYPE.ENUM:
      return [VARINT, enumCheck(typeName)];
    case TYPE.DOUBLE:
      return [BITS64, checkDouble];
    case TYPE.FLOAT:
      return [BITS32, checkFloat];
    case TYPE.INT64:
      return [VARINT, AMOUNT_FIELDS.has(name) ? checkAmount : checkSigned];
    case TYPE.UINT64:
      return [VARINT, checkVarintUnsigned];
    case TYPE.FIXED64:
      return [BITS64, checkFixed];
    case TYPE.BYTES:
      return [BYTES, (cursor, end) => void (cursor.pos = end)];
    case TYPE.INT32:
    case TYPE.UINT32:
    case TYPE.SINT32:
    case TYPE.BOOL:
      return [VARINT, checkVarint];
    case TYPE.FIXED32:
    case TYPE.SFIXED32:
      return [BITS32, (cursor, end) => void cursor.take(4, end)];
    default:
      throw new Error(`the contract has ${name} of type ${String(type)}, which is not checked yet`);
  }
}

function enumCheck(typeName: string): Check {
  const numbers = contract().enums.get(typeName) ?? new Set<number>();
  const shortName = typeName.slice(typeName.lastIndexOf(".") + 1);
  return (cursor, end) => {
    cursor.varint(end);
    const number = cursor.lo; // parsers truncate an enum to 32 bits
    if (!numbers.has(number))
      throw new InvalidValueError(`must be a value of ${shortName} and ${String(number)} is none`);
  };
}

function checkVarint(cursor: Cursor, end: number): void {
  cursor.varint(end);
}

function checkSigned(cursor: Cursor, end: number): void {
  cursor.varint(end);
  if (Math.abs(cursor.signed) > MAX_SAFE) {
    throw new InvalidValueError(`must be -${String(MAX_SAFE)} to ${String(MAX_SAFE)} for an agent in JavaScript`);
  }
}

function checkVarintUnsigned(cursor: Cursor, end: number): void {
  cursor.varint(end);
  checkUnsigned(cursor.unsigned);
}

function checkFixed(cursor: Cursor, end: number): void {
  const start = cursor.take(8, end);
  const { bytes } = cursor;
  let number = 0;
  for (let at = start + 7; at >= start; at--) number = number * 256 + (bytes[at] ?? 0);
  checkUnsigned(number);
}

function checkUnsigned(number: number): void {
  if (number >= 2 ** 63) throw new InvalidValueError(`must be at most ${MAX_SIGNED}`);
  if (number > MAX_SAFE) throw new InvalidValueError(`must be at most ${String(MAX_SAFE)} for an agent in JavaScript`);
}

function checkAmount(cursor: Cursor, end: number): void {
  cursor.varint(end);
  if (cursor.hi < 0 || cursor.signed > MAX_SAFE) throw new InvalidValueError(`must be 0 to ${String(MAX_SAFE)}`);
}

function checkDouble(cursor: Cursor, end: number): void {
  if (!isFiniteDouble(cursor, end)) throw new InvalidValueError("must be a finite number");
}

/** Reads a double. NaN and the infinities have all bits of the exponent set. */
export function isFiniteDouble(cursor: Cursor, end: number): boolean {
  const start = cursor.take(8, end);
  return ((cursor.bytes[start + 7] ?? 0) & 0x7f) !== 0x7f || (cursor.bytes[start + 6] ?? 0) < 0xf0;
}

function checkFloat(cursor: Cursor, end: number): void {
  const start = cursor.take(4, end);
  const isFinite = ((cursor.bytes[start + 3] ?? 0) & 0x7f) !== 0x7f || (cursor.bytes[start + 2] ?? 0) < 0x80;
  if (!isFinite) throw new InvalidValueError("must be a finite number");
}

/** Checks a string of any length: it must be UTF-8. */
export function checkText(cursor: Cursor, end: number): void {
  const { bytes } = cursor;
  let at = cursor.pos;
  cursor.pos = end;
  if (end - at <= SHORT_STRING) while (at < end && (bytes[at] ?? 0) < 0x80) at++;
  if (at < end && !isUtf8(bytes.subarray(at, end))) throw new UnreadableError("a string is no UTF-8");
}

function checkString(cursor: Cursor, end: number): void {
  const start = cursor.pos;
  checkText(cursor, end);
  if (end - start <= MAX_STRING) return;
  let count = 0;
  for (let at = start; at < end; at++) if (((cursor.bytes[at] ?? 0) & 0xc0) !== 0x80) count++;
  if (count > MAX_STRING) {
    throw new InvalidValueError(`has ${String(count)} characters and may have ${String(MAX_STRING)}`);
  }
}
