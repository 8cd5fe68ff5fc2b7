import { fileURLToPath } from "node:url";
import { adminClient } from "../../support/admin.ts";
import { type Child, startChild } from "../../support/child.ts";
import { eventually } from "../../support/eventually.ts";
import { startRestateServer } from "../../support/restate-server.ts";
import { EXTRA_ARGUMENTS } from "./fetch-bridge.ts";
import type { Place, RunningPlace } from "./place.ts";
import { probeClient } from "./probe-client.ts";
import type { Transport } from "./serve-application.ts";

const SERVE = new URL("./serve-application.ts", import.meta.url);

/** Behind any prefix an endpoint is the same. */
const PATHS: Readonly<Record<Transport, string>> = {
  http2: "",
  http1: "/mounted/below",
  fetch: "/api",
  "fetch-streaming": "/api/v1",
};

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
  const bidirectional = isBidirectional(transport);
  return {
    name: `Restate Server over ${transport}${suspends ? ", suspended at every await" : ""}`,
    suspendsAtAwaits: suspends || !bidirectional,
    bidirectional,
    endpointSpeaksHttp1: transport !== "fetch-streaming",
    extraArgs: transport.startsWith("fetch") ? EXTRA_ARGUMENTS : [],
    start: (application) => start(options, application),
  };
}

function isBidirectional(transport: Transport): boolean {
  return transport === "http2" || transport === "fetch-streaming";
}

async function start(options: RestatePlaceOptions, application: URL): Promise<RunningPlace> {
  const { transport, inactivityTimeout } = options;
  const [server, child] = await Promise.all([
    startRestateServer({
      ...(inactivityTimeout !== undefined && { inactivityTimeout }),
      ...(options.serverEnv && { env: options.serverEnv }),
    }),
    startApplication(options, application),
  ]);

  async function stop(): Promise<void> {
    const ended = child.isRunning() ? undefined : child.output();
    await Promise.all([server.stop(), child.stop()]);
    if (ended !== undefined) {
      throw new Error(`${fileURLToPath(application)} ended before the tests did:\n${ended}`);
    }
  }

  const admin = adminClient(server.adminUrl);
  const endpointUrl = child.url + PATHS[transport];
  try {
    await admin.registerDeployment(endpointUrl, { useHttp11: !isBidirectional(transport) });
  } catch (error) {
    await stop();
    throw error;
  }
  const { ingressUrl, adminUrl } = server;
  return {
    ingressUrl,
    adminUrl,
    admin,
    probe: probeClient(await eventually(() => probeUrl(child))),
    endpointUrl,
    stop,
  };
}

const START_TRIES_MAX = 3;

async function startApplication(options: RestatePlaceOptions, application: URL): Promise<Child> {
  for (let tries = 1; ; tries++) {
    try {
      return await startChild(SERVE, {
        args: [options.transport, application.href],
        ...(options.env && { env: options.env }),
      });
    } catch (error) {
      // Another process may have taken the port between the choice and the start.
      if (tries === START_TRIES_MAX || !String(error).includes("EADDRINUSE")) throw error;
    }
  }
}

/** The child prints it; the line may come after the news that it is ready. */
function probeUrl(child: Child): string {
  const [, port] = /^probe (\d+)$/m.exec(child.output()) ?? [];
  if (port === undefined)
    throw new Error(`The application did not say where its probe is:\n${child.output()}`);
  return `http://127.0.0.1:${port}`;
}
