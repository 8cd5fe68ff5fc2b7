import { adminClient } from "../../support/admin.ts";
import { startRestateServer } from "../../support/restate-server.ts";
import {
  endedEarly,
  endpointUrl,
  isBidirectional,
  printedUrl,
  startApplication,
  transportFacts,
} from "./application-process.ts";
import type { Place, RunningPlace } from "./place.ts";
import { probeClient } from "./probe-client.ts";
import type { Transport } from "./serve-application.ts";

export interface RestatePlaceOptions {
  readonly transport: Transport;
  /** Of the server, in milliseconds; 0 suspends at every await. */
  readonly inactivityTimeout?: 0;
  /** More of the server's settings. */
  readonly serverEnv?: Readonly<Record<string, string>>;
  /** For the application's process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A real Restate Server, and the application behind it in a process of its own. */
export function restatePlace(options: RestatePlaceOptions): Place {
  const { transport, inactivityTimeout } = options;
  const suspends = inactivityTimeout === 0;
  return {
    name: `Restate Server over ${transport}${suspends ? ", suspended at every await" : ""}`,
    ...transportFacts(transport, inactivityTimeout),
    protocolVersion: 6,
    reportsDeadlocks: false,
    start: (application) => start(options, application),
  };
}

async function start(options: RestatePlaceOptions, application: URL): Promise<RunningPlace> {
  const { transport, inactivityTimeout } = options;
  const [server, child] = await Promise.all([
    startRestateServer({
      ...(inactivityTimeout !== undefined && { inactivityTimeout }),
      ...(options.serverEnv && { env: options.serverEnv }),
    }),
    startApplication(transport, application, options.env),
  ]);

  async function stop(): Promise<void> {
    const ended = endedEarly(application, child);
    await Promise.all([server.stop(), child.stop()]);
    if (ended !== undefined) throw new Error(ended);
  }

  const admin = adminClient(server.adminUrl);
  const url = endpointUrl(child, transport);
  try {
    await admin.registerDeployment(url, { useHttp11: !isBidirectional(transport) });
    const { ingressUrl, adminUrl } = server;
    const probe = probeClient(await printedUrl(child, "probe"));
    return { ingressUrl, adminUrl, admin, probe, endpointUrl: url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
