/** Packed events of the reference. */

import vectors from "../vectors/events/events.json" with { type: "json" };

export type Patch = readonly [
  offset: number,
  type: "u8" | "u32" | "i32" | "f32" | "u64",
  value: number,
];

/** An event as the reference packed it, with patches for the fields that no verb sets. */
export function reference(id: string, ...patches: Patch[]): string {
  const { packed } = vectors.cases.find((one) => one.id === id)!;
  const bytes = Uint8Array.fromHex(packed).slice(2);
  const view = new DataView(bytes.buffer);
  for (const [offset, type, value] of patches) {
    if (type === "f32") view.setFloat32(offset, value, true);
    else if (type === "u64") view.setBigUint64(offset, BigInt(value), true);
    else if (type === "u8") view.setUint8(offset, value);
    else view.setUint32(offset, value >>> 0, true);
  }
  return bytes.toHex();
}
