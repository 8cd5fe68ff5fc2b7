import type { Ingress } from "@perdure/sdk/clients";
import type { AdminClient } from "../../support/admin.ts";
import type { ServerKind } from "../places/server.ts";

/** What cases of our client work with. Usable inside tests, not while they are being declared. */
export interface ClientStage {
  readonly server: ServerKind;
  readonly ingress: Ingress;
  readonly admin: AdminClient;
  /** Of the official SDK's endpoint. */
  readonly endpointUrl: string;
}

export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    (value) => {
      throw new Error(`resolved with ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}

let names = 0;

/** A key that no other test has. */
export function unique(what: string): string {
  return `${what}-${++names}`;
}
