/** Checks of protobuf's well-known types: times, and JSON-like values. */
import { BITS64, BYTES, type Check, type Cursor, InvalidValueError, VARINT } from "./cursor.js";
import { checkText, isFiniteDouble } from "./scalars.js";

/** Maximum of a timestamp, in seconds since 1970: the last second of 2199. Its nanoseconds fit into 64 bits. */
const MAX_TIMESTAMP = 7_258_118_400 - 1;
/** Maximum of a duration, in seconds: 100 years. */
const MAX_DURATION = 3_155_760_000;
const MAX_NANOS = 999_999_999;

/**
 * Maximum depth of the protobuf messages in a JSON-like value. Parsers stop at 100; the messages around it need some.
 */
const MAX_NESTING = 64;
/** Messages in each other that encode an array: Value and ListValue. */
const ARRAY_DEPTH = 2;
/** Messages in each other that encode an object: Value, Struct and the map entry. */
const OBJECT_DEPTH = 3;

/** A key that a plain JavaScript object cannot have. */
const PROTO = Buffer.from("__proto__");

/** The check of each well-known type, by full name. */
export const WELL_KNOWN: Readonly<Record<string, Check>> = {
  "google.protobuf.Timestamp": (cursor, end) => {
    checkTime(cursor, end, MAX_TIMESTAMP, "must be within the years 1970 to 2200, with nanos of 0 to 999,999,999");
  },
  "google.protobuf.Duration": (cursor, end) => {
    checkTime(cursor, end, MAX_DURATION, "must be 0 s to 100 years, with nanos of 0 to 999,999,999");
  },
  "google.protobuf.Value": (cursor, end) => {
    checkValue(cursor, end, 0);
  },
  "google.protobuf.Struct": (cursor, end) => {
    checkStruct(cursor, end, OBJECT_DEPTH);
  },
  "google.protobuf.ListValue": (cursor, end) => {
    checkList(cursor, end, ARRAY_DEPTH);
  },
};

/** Checks a Timestamp or a Duration. If seconds or nanos occur several times, the last one counts. */
function checkTime(cursor: Cursor, end: number, maxSeconds: number, allowed: string): void {
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
  if (!(seconds >= 0 && seconds <= maxSeconds && nanos >= 0 && nanos <= MAX_NANOS))
    throw new InvalidValueError(allowed);
}

/** Checks a Value. The recursion through checkStruct and checkList ends at MAX_NESTING. */
function checkValue(cursor: Cursor, end: number, depth: number): void {
  while (cursor.pos < end) {
    const number = cursor.tag(end);
    const wire = cursor.lo & 7;
    if (number === 2 && wire === BITS64) {
      if (!isFiniteDouble(cursor, end)) {
        throw new InvalidValueError("has a number that JSON cannot hold: NaN or an infinity");
      }
    } else if (wire === BYTES && number === 3) checkText(cursor, cursor.length(end));
    else if (wire === BYTES && number === 5) checkStruct(cursor, cursor.length(end), depth + OBJECT_DEPTH);
    else if (wire === BYTES && number === 6) checkList(cursor, cursor.length(end), depth + ARRAY_DEPTH);
    else cursor.skip(wire, number, end);
  }
}

function checkStruct(cursor: Cursor, end: number, depth: number): void {
  checkNesting(depth);
  while (cursor.pos < end) {
    const number = cursor.tag(end);
    const wire = cursor.lo & 7;
    if (number === 1 && wire === BYTES) checkEntry(cursor, cursor.length(end), depth);
    else cursor.skip(wire, number, end);
  }
}

function checkEntry(cursor: Cursor, end: number, depth: number): void {
  while (cursor.pos < end) {
    const number = cursor.tag(end);
    const wire = cursor.lo & 7;
    if (number === 1 && wire === BYTES) checkKey(cursor, cursor.length(end));
    else if (number === 2 && wire === BYTES) checkValue(cursor, cursor.length(end), depth);
    else cursor.skip(wire, number, end);
  }
}

function checkKey(cursor: Cursor, end: number): void {
  const start = cursor.pos;
  checkText(cursor, end);
  if (end - start === PROTO.length && PROTO.equals(cursor.bytes.subarray(start, end))) {
    throw new InvalidValueError("has the key '__proto__', which no object of an agent in JavaScript can have");
  }
}

function checkList(cursor: Cursor, end: number, depth: number): void {
  checkNesting(depth);
  while (cursor.pos < end) {
    const number = cursor.tag(end);
    const wire = cursor.lo & 7;
    if (number === 1 && wire === BYTES) checkValue(cursor, cursor.length(end), depth);
    else cursor.skip(wire, number, end);
  }
}

function checkNesting(depth: number): void {
  if (depth <= MAX_NESTING) return;
  throw new InvalidValueError("is nested too deep: 32 arrays in each other are the most, or 21 objects");
}
