import { decodeInvocationId } from "@perdure/sdk/internal";

/** Protocol section 3.9. */
export function toAwakeableId(invocationId: string, signal: number): string {
  const bytes = Buffer.alloc(28);
  bytes.set(decodeInvocationId(invocationId));
  bytes.writeUInt32BE(signal, 24);
  return `sign_1${bytes.toString("base64url")}`;
}
