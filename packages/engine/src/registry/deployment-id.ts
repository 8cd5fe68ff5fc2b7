import { encodeBase62 } from "@perdure/sdk/internal";

const ID_BYTES = 16;
const ID_CHARS = 22;
const TIME_BYTES = 6;

/** `dp_1...`, as the server spells it. Protocol section 5.1. Ids of one process sort by time, roughly. */
export function createDeploymentId(nowMs: number, random: Uint8Array): string {
  const bytes = new Uint8Array(ID_BYTES);
  bytes.set(random.subarray(0, ID_BYTES));
  const time = new DataView(new ArrayBuffer(8));
  time.setBigUint64(0, BigInt(Math.trunc(nowMs)));
  bytes.set(new Uint8Array(time.buffer, 8 - TIME_BYTES), 0);
  return toDeploymentId(bytes);
}

function toDeploymentId(bytes: Uint8Array): string {
  return `dp_1${encodeBase62(bytes, ID_CHARS)}`;
}

/** The deployment of this process's own services: the same at each start. */
export const IN_PROCESS_DEPLOYMENT_ID: string = toDeploymentId(new TextEncoder().encode("in this process!"));
