/** What careless and hostile peers send, byte by byte. */
import { BinaryWriter } from "@bufbuild/protobuf/wire";

/** Bytes as a field of this number. */
export function bytesIn(number: number, bytes: Uint8Array): Uint8Array {
  return new BinaryWriter()
    .uint32((number << 3) | 2)
    .bytes(bytes)
    .finish();
}

/** A serialized Value of so many arrays in each other. */
export function arrays(count: number): Uint8Array {
  return nested(count, (inner) => bytesIn(6, bytesIn(1, inner)));
}

/** A serialized Value of so many objects in each other. */
export function objects(count: number): Uint8Array {
  return nested(count, (inner) =>
    bytesIn(5, bytesIn(1, Buffer.concat([bytesIn(1, Buffer.from("a")), bytesIn(2, inner)]))),
  );
}

function nested(count: number, around: (inner: Uint8Array) => Uint8Array): Uint8Array {
  let value: Uint8Array = Buffer.from([0x11, 0, 0, 0, 0, 0, 0, 0, 0]); // the number 0
  for (let depth = 0; depth < count; depth++) value = around(value);
  return value;
}
