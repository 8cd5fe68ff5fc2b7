import { join } from "node:path";
import { connect, type Ingress } from "@perdure/sdk/clients";
import { type AdminClient, adminClient } from "../../../../test/support/admin.ts";
import { type Child, startChild } from "../../../../test/support/child.ts";
import { startRestateServer } from "../../../../test/support/restate-server.ts";
import { type Entry, entries } from "../order-app/ledger.ts";

/** The order application as it runs in production: a server, and an endpoint in a process of its own. */
export interface Shop {
  readonly ingress: Ingress;
  readonly admin: AdminClient;
  readonly endpoint: Child;
  /** How long each took to be ready, in milliseconds. */
  readonly serverMs: number;
  readonly endpointMs: number;
  /** What has happened in the world outside, in all processes. */
  ledger(): readonly Entry[];
  close(): Promise<void>;
}

export async function openShop(): Promise<Shop> {
  const start = performance.now();
  const server = await startRestateServer();
  const serverMs = performance.now() - start;
  const ledgerFile = join(server.folder, "ledger.jsonl");
  const admin = adminClient(server.adminUrl);
  let endpoint: Child | undefined;

  const close = async (): Promise<void> => {
    await endpoint?.stop();
    // Takes its folder with it, and the ledger in it.
    await server.stop();
  };

  try {
    endpoint = await startChild(new URL("../order-app/endpoint.ts", import.meta.url), {
      env: { ORDER_LEDGER: ledgerFile, RESTATE_LOGGING: "error" },
    });
    const endpointMs = performance.now() - start - serverMs;
    await admin.registerDeployment(endpoint.url);
    return {
      ingress: connect({ url: server.ingressUrl }),
      admin,
      endpoint,
      serverMs,
      endpointMs,
      ledger: () => entries(ledgerFile),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
