/** Checks a serialized message by a plan that is derived from the contract's descriptors. */
import { unreadable } from "../codec.js";
import { contract, type FieldDescriptor, type MessageDescriptor, TYPE } from "../contract.js";
import { InvalidField } from "../errors.js";
import { BYTES, type Check, Cursor, InvalidValueError, MAX_DEPTH, UnreadableError } from "./cursor.js";
import { isChecked, OPTIONAL_FIELDS } from "./rules.js";
import { scalarCheck } from "./scalars.js";
import { WELL_KNOWN } from "./well-known.js";

/** The tag of a length-delimited field 15. No message with optional fields has one, so every reader skips it. */
const UNKNOWN_FIELD = (15 << 3) | BYTES;

/** How one field is checked. */
interface Field {
  descriptor: FieldDescriptor;
  wire: number;
  check: Check;
  /** Whether its values may come packed in one length-delimited field. */
  packed: boolean;
  isMap: boolean;
  /** Whether `sift` may remove it. */
  optional: boolean;
}

/** How one kind of message is checked: its fields by number. */
interface Plan {
  fields: (Field | undefined)[];
  isEntry: boolean;
}

const plans = new Map<string, Plan>();

/**
 * Returns the plan of a message. It is stored before its fields are known, because a message may contain its own kind.
 */
function planOf(name: string): Plan {
  let plan = plans.get(name);
  if (plan === undefined) {
    const message = contract().messages.get(name);
    plan = { fields: [], isEntry: message?.isEntry ?? false };
    plans.set(name, plan);
    if (message !== undefined && isChecked(name)) {
      for (const field of message.fields) plan.fields[field.number] = planField(message, field);
    }
  }
  return plan;
}

function planField(message: MessageDescriptor, descriptor: FieldDescriptor): Field {
  const name = `${message.name}.${descriptor.name}`;
  const isMessage = descriptor.type === TYPE.MESSAGE;
  const [wire, check] = isMessage ? [BYTES, messageCheck(descriptor.typeName)] : scalarCheck(name, descriptor);
  return {
    descriptor,
    wire,
    check,
    packed: descriptor.repeated && wire !== BYTES,
    isMap: isMessage && contract().messages.get(descriptor.typeName)?.isEntry === true,
    optional: OPTIONAL_FIELDS.has(name),
  };
}

function messageCheck(typeName: string): Check {
  const known = WELL_KNOWN[typeName];
  if (known !== undefined) return known;
  const plan = planOf(typeName);
  return (cursor, end, depth) => {
    walk(cursor, end, plan, depth + 1);
  };
}

/** Checks all fields of the message between the cursor and `end`. */
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
        if (wire !== BYTES) field.check(cursor, end, depth);
        else if (field.optional && cursor.onRemoved !== undefined) {
          checkOrRemove(cursor, cursor.length(end), field, at, depth);
        } else field.check(cursor, cursor.length(end), depth);
      } else if (field?.packed === true && wire === BYTES) {
        const stop = cursor.length(end);
        while (cursor.pos < stop) field.check(cursor, stop, depth);
      } else {
        cursor.skip(wire, number, end);
      }
    }
  } catch (error) {
    if (error instanceof InvalidValueError && field !== undefined && !plan.isEntry) {
      const { name, number, repeated } = field.descriptor;
      if (repeated && !field.isMap) error.inside(`[${String(countOf(cursor.bytes, start, at, number))}]`);
      error.inside(name);
    }
    throw error;
  }
}

/** Checks an optional field. If it is invalid, its tag at `at` is overwritten, so that readers skip the field. */
function checkOrRemove(cursor: Cursor, stop: number, field: Field, at: number, depth: number): void {
  const start = cursor.pos;
  try {
    field.check(cursor, stop, depth);
  } catch (error) {
    const isInvalid = error instanceof InvalidValueError || error instanceof UnreadableError;
    if (!isInvalid || cursor.bytes[at] !== (field.descriptor.number << 3) + BYTES) throw error;
    const why =
      error instanceof InvalidValueError ? `${error.path} ${error.message}` : `it cannot be read: ${error.message}`;
    cursor.onRemoved?.(field.descriptor, cursor.bytes.subarray(start, stop), why);
    cursor.bytes[at] = UNKNOWN_FIELD;
    cursor.pos = stop;
  }
}

/** Counts the fields with this number between `start` and `at`. */
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
 * Checks a whole message of the kind with this full name.
 *
 * @param field names the message in an error about unreadable bytes
 * @throws InvalidField as checkFields says
 */
export function checkMessage(cursor: Cursor, kind: string, field: string): void {
  try {
    const known = WELL_KNOWN[kind];
    if (known === undefined) walk(cursor, cursor.bytes.length, planOf(kind), 0);
    else known(cursor, cursor.bytes.length, 0);
  } catch (error) {
    if (error instanceof UnreadableError) throw unreadable(field, error.message);
    if (!(error instanceof InvalidValueError)) throw error;
    throw new InvalidField(`${error.path || "the message"} ${error.message}`, { field: error.path });
  }
}

/** Checks a response. Its InvalidField has `started` set: the callee answered, so the work may have run. */
export function checkAnswer(cursor: Cursor, kind: string): void {
  try {
    checkMessage(cursor, kind, "response");
  } catch (error) {
    if (error instanceof InvalidField) error.started = true;
    throw error;
  }
}

/**
 * Reads the string fields of a message that may be damaged: up to 200 characters of each, as far as they can be read.
 */
export function stringFields(kind: string, bytes: Uint8Array): Record<string, string> {
  const strings: Record<string, string> = {};
  const { fields } = planOf(kind);
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
      strings[descriptor.name] = Buffer.from(inner.bytes.subarray(inner.pos)).toString().slice(0, 200);
    }
  } catch {
    return strings; // the rest cannot be read
  }
  return strings;
}
