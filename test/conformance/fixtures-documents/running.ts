import { type AnyDefinition, type EndpointOptions, serve } from "@perdure/sdk";
import { type AdminClient, adminClient } from "../../support/admin.ts";
import {
  type RestateServer,
  type RestateServerOptions,
  startRestateServer,
} from "../../support/restate-server.ts";

/** A real server and an endpoint of ours in this process, for one test file. */
export interface Running {
  readonly server: RestateServer;
  readonly ingressUrl: string;
  readonly admin: AdminClient;
  stop(): Promise<void>;
}

export interface RunningOptions {
  readonly server?: RestateServerOptions;
  readonly endpoint?: Omit<EndpointOptions, "services">;
}

export async function startRunning(
  services: readonly AnyDefinition[],
  options: RunningOptions = {},
): Promise<Running> {
  const [server, endpoint] = await Promise.all([
    startRestateServer(options.server),
    serve({ logger: () => {}, ...options.endpoint, services: [...services], port: 0 }),
  ]);
  async function stop(): Promise<void> {
    await server.stop();
    await endpoint.close({ graceMs: 0 });
  }
  const admin = adminClient(server.adminUrl);
  try {
    await admin.registerDeployment(endpoint.url);
  } catch (error) {
    await stop();
    throw error;
  }
  return { server, ingressUrl: server.ingressUrl, admin, stop };
}

/** What was received, in order of arrival, by handlers that answer nothing to a sender. */
export interface Inbox {
  readonly messages: readonly string[];
  note(message: string): void;
}

export function createInbox(): Inbox {
  const messages: string[] = [];
  return { messages, note: (message) => void messages.push(message) };
}
