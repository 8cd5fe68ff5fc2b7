import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AdminClient, adminClient, lookingClient } from "../../support/admin.ts";
import type { Child } from "../../support/child.ts";
import {
  endedEarly,
  endpointUrl,
  isBidirectional,
  printedUrl,
  startApplication,
  startAtFreePort,
  transportFacts,
} from "./application-process.ts";
import type { Place, RunningPlace } from "./place.ts";
import { probeClient } from "./probe-client.ts";
import type { EngineSettings } from "./run-engine.ts";
import type { Transport } from "./serve-application.ts";

const RUN = new URL("./run-engine.ts", import.meta.url);

export interface EnginePlaceOptions {
  /** `inProcess`: no transport at all, engine and application are one process. */
  readonly transport: Transport | "inProcess";
  /** Of the engine, in milliseconds; 0 suspends at every await. */
  readonly inactivityTimeout?: 0;
}

/** The embedded engine, on a folder of its own. */
export function enginePlace({ transport, inactivityTimeout }: EnginePlaceOptions): Place {
  const way = transport === "inProcess" ? "in process" : `over ${transport}`;
  const suspends = inactivityTimeout === 0;
  const settings = suspends ? { inactivityTimeoutMs: 0 } : {};
  return {
    name: `embedded engine ${way}${suspends ? ", suspended at every await" : ""}`,
    ...(transport === "inProcess"
      ? { suspendsAtAwaits: suspends, bidirectional: true, endpointSpeaksHttp1: false, extraArgs: [] }
      : transportFacts(transport, inactivityTimeout)),
    protocolVersion: transport === "inProcess" ? 7 : 6,
    reportsDeadlocks: true,
    start: (application) =>
      transport === "inProcess"
        ? startInProcess(settings, application)
        : startOverHttp(settings, transport, application),
  };
}

type Timeouts = Pick<EngineSettings, "inactivityTimeoutMs">;

async function startInProcess(timeouts: Timeouts, application: URL): Promise<RunningPlace> {
  const engine = await startEngine({ ...timeouts, application: application.href });
  try {
    return { ...(await facesOf(engine.child)), probe: await probeOf(engine.child), stop: engine.stop };
  } catch (error) {
    await engine.stop();
    throw error;
  }
}

async function startOverHttp(
  timeouts: Timeouts,
  transport: Transport,
  application: URL,
): Promise<RunningPlace> {
  const [engine, child] = await Promise.all([
    startEngine(timeouts),
    startApplication(transport, application),
  ]);

  async function stop(): Promise<void> {
    const ended = endedEarly(application, child);
    await Promise.all([engine.stop(), child.stop()]);
    if (ended !== undefined) throw new Error(ended);
  }

  const url = endpointUrl(child, transport);
  try {
    const faces = await facesOf(engine.child);
    await faces.admin.registerDeployment(url, { useHttp11: !isBidirectional(transport) });
    return { ...faces, probe: await probeOf(child), endpointUrl: url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startEngine(
  settings: Omit<EngineSettings, "data">,
): Promise<{ child: Child; stop: () => Promise<void> }> {
  const data = mkdtempSync(join(tmpdir(), "perdure-engine-"));
  const all: EngineSettings = { ...settings, data };
  const child = await startAtFreePort(RUN, { args: [JSON.stringify(all)] });
  return {
    child,
    async stop() {
      const ended = endedEarly(RUN, child);
      await child.stop();
      rmSync(data, { recursive: true, force: true });
      if (ended !== undefined) throw new Error(ended);
    },
  };
}

async function facesOf(engine: Child): Promise<Pick<RunningPlace, "ingressUrl" | "adminUrl" | "admin">> {
  const [adminUrl, inspectionUrl] = await Promise.all([
    printedUrl(engine, "admin"),
    printedUrl(engine, "inspection"),
  ]);
  return { ingressUrl: engine.url, adminUrl, admin: engineAdminClient(adminUrl, inspectionUrl) };
}

async function probeOf(child: Child): Promise<RunningPlace["probe"]> {
  return probeClient(await printedUrl(child, "probe"));
}

/** The engine answers no SQL; what it holds is read from beside its faces. */
function engineAdminClient(adminUrl: string, inspectionUrl: string): AdminClient {
  async function rows<Row>(path: string, filter: object): Promise<Row[]> {
    const search = new URLSearchParams(Object.entries(filter) as [string, string][]);
    const response = await fetch(`${inspectionUrl}${path}?${search}`);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Row[];
  }

  return {
    ...adminClient(adminUrl),
    ...lookingClient({
      invocations: (filter) => rows("/invocations", filter),
      journal: (id) => rows("/journal", { id }),
    }),
  };
}
