import {
  endedEarly,
  endpointUrl,
  isBidirectional,
  printedUrl,
  startApplication,
  transportFacts,
} from "./application-process.ts";
import type { Transport } from "./listen.ts";
import type { Place, RunningPlace } from "./place.ts";
import { probeClient } from "./probe-client.ts";
import type { ServerKind } from "./server.ts";

export interface HttpPlaceOptions {
  readonly server: ServerKind;
  readonly transport: Transport;
  /** Of the server, in milliseconds; 0 suspends at every await. */
  readonly inactivityTimeout?: 0;
}

/** A server, and the application behind it in a process of its own. */
export function httpPlace(options: HttpPlaceOptions): Place {
  const { server, transport, inactivityTimeout } = options;
  const suspends = inactivityTimeout === 0 ? ", suspended at every await" : "";
  return {
    name: `${server.name} over ${transport}${suspends}`,
    ...transportFacts(transport, inactivityTimeout),
    protocolVersion: 6,
    reportsDeadlocks: server.reportsDeadlocks,
    start: (application) => start(options, application),
  };
}

async function start(
  { server: kind, transport, inactivityTimeout }: HttpPlaceOptions,
  application: URL,
): Promise<RunningPlace> {
  const [server, child] = await Promise.all([
    kind.start(inactivityTimeout === undefined ? {} : { inactivityTimeout }),
    startApplication(transport, application),
  ]);

  async function stop(): Promise<void> {
    const ended = endedEarly(application, child);
    await Promise.all([server.stop(), child.stop()]);
    if (ended !== undefined) throw new Error(ended);
  }

  const { ingressUrl, adminUrl, admin } = server;
  const url = endpointUrl(child, transport);
  try {
    await admin.registerDeployment(url, { useHttp11: !isBidirectional(transport) });
    const probe = probeClient(await printedUrl(child, "probe"));
    return { ingressUrl, adminUrl, admin, probe, endpointUrl: url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
