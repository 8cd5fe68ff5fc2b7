import type { Serde } from "../serde/serde.ts";
import type { Connection } from "./connection.ts";
import { setHeader } from "./headers.ts";
import { encodePayload, type Payload } from "./payload.ts";

/** Completions of awakeables. Never repeated: a lost answer may mean that it was done. */

export async function resolveAwakeable(
  connection: Connection,
  id: string,
  payload: unknown,
  payloadSerde: Serde<unknown> | undefined,
): Promise<void> {
  const encoded = encodePayload(payload, payloadSerde ?? connection.serde, connection.codec);
  await complete(connection, id, "resolve", encoded);
}

export async function rejectAwakeable(connection: Connection, id: string, reason: string): Promise<void> {
  const body = new TextEncoder().encode(reason);
  await complete(connection, id, "reject", { body, contentType: "text/plain" });
}

async function complete(
  connection: Connection,
  id: string,
  verb: "resolve" | "reject",
  { body, contentType }: Payload,
): Promise<void> {
  if (typeof id !== "string" || id === "") {
    throw new TypeError(`${verb} of an awakeable: ${JSON.stringify(id)} is not an awakeable's id`);
  }
  const headers = new Map(connection.headers);
  if (contentType !== undefined) setHeader(headers, "content-type", contentType);
  await connection.transport({
    kind: "awakeable",
    what: `${verb} of awakeable ${id}`,
    method: "POST",
    path: `/restate/awakeables/${encodeURIComponent(id)}/${verb}`,
    headers,
    body,
    repeatable: false,
  });
}
