import { createEngine } from "@perdure/engine";
import { type AnyDefinition, serve } from "@perdure/sdk";
import { connect, type Ingress } from "@perdure/sdk/clients";
import { adminClient } from "../../../test/support/admin.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { startRestateServer } from "../../../test/support/restate-server.ts";

/** Where the examples run. */
export interface Place {
  readonly ingress: Ingress;
  /** For clients that bring their own way of calling. */
  readonly ingressUrl: string;
  /** Resolves when the invocation has ended. */
  ended(invocationId: string): Promise<void>;
  close(): Promise<void>;
}

export interface PlaceOptions {
  /** How long an attempt may wait before it is suspended. */
  readonly inactivityMs?: number;
}

/** A real Restate Server, and an endpoint. */
export async function startServerPlace(
  services: readonly AnyDefinition[],
  { inactivityMs }: PlaceOptions,
): Promise<Place> {
  const server = await startRestateServer(
    inactivityMs === undefined ? {} : { inactivityTimeout: inactivityMs },
  );
  const endpoint = await serve({ services: [...services], port: 0, logger: () => {} });
  const admin = adminClient(server.adminUrl);
  await admin.registerDeployment(endpoint.url);
  return {
    ingress: connect({ url: server.ingressUrl }),
    ingressUrl: server.ingressUrl,
    ended: async (invocationId) => void (await admin.waitForStatus(invocationId, "completed")),
    async close() {
      await endpoint.close({ graceMs: 0 });
      await server.stop();
    },
  };
}

/** The embedded engine in this process, in memory, called without a socket. */
export async function startEnginePlace(
  services: readonly AnyDefinition[],
  { inactivityMs }: PlaceOptions,
): Promise<Place> {
  const engine = await createEngine({
    services: [...services],
    ephemeral: true,
    logger: () => {},
    ...(inactivityMs !== undefined && { defaults: { inactivityTimeoutMs: inactivityMs } }),
  });
  const { url } = await engine.listen({ port: 0 });
  return {
    ingress: engine.client,
    ingressUrl: url,
    ended: (invocationId) =>
      eventually(() => {
        if ([...engine.api.liveInvocations()].some(({ id }) => id === invocationId)) {
          throw new Error(`${invocationId} has not ended`);
        }
      }),
    close: () => engine.close(),
  };
}
