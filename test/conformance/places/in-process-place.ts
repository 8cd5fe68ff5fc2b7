import { join } from "node:path";
import { bundleOnce } from "../../support/bundle.ts";
import { createTemporaryFolder } from "../../support/temporary-folder.ts";
import { endedEarly, printedUrl, startAtFreePort } from "./application-process.ts";
import { engineAdminClient, inspectionTables } from "./engine-admin.ts";
import type { Place, RunningPlace } from "./place.ts";
import { probeClient } from "./probe-client.ts";
import type { EngineSettings } from "./run-engine.ts";

const RUN = new URL("./run-engine.ts", import.meta.url);

export interface InProcessPlaceOptions {
  /** Of the engine, in milliseconds; 0 suspends at every await. */
  readonly inactivityTimeout?: 0;
}

/** The embedded engine and the application in one process, on a folder of its own. */
export function inProcessPlace({ inactivityTimeout }: InProcessPlaceOptions = {}): Place {
  const suspends = inactivityTimeout === 0;
  return {
    name: `embedded engine in process${suspends ? ", suspended at every await" : ""}`,
    suspendsAtAwaits: suspends,
    bidirectional: true,
    endpointSpeaksHttp1: false,
    extraArgs: [],
    protocolVersion: 7,
    reportsDeadlocks: true,
    start: (application) => start(suspends ? { inactivityTimeoutMs: 0 } : {}, application),
  };
}

async function start(
  timeouts: Pick<EngineSettings, "inactivityTimeoutMs">,
  application: URL,
): Promise<RunningPlace> {
  const folder = createTemporaryFolder();
  const [program, services] = (await bundleOnce([RUN, application])) as [string, string];
  const settings: EngineSettings = { ...timeouts, data: join(folder.path, "data"), application: services };
  const child = await startAtFreePort(program, { args: [JSON.stringify(settings)] });

  async function stop(): Promise<void> {
    const ended = endedEarly(RUN, child);
    await child.stop();
    folder.remove();
    if (ended !== undefined) throw new Error(ended);
  }

  try {
    const [adminUrl, inspectionUrl, probeUrl] = await Promise.all([
      printedUrl(child, "admin"),
      printedUrl(child, "inspection"),
      printedUrl(child, "probe"),
    ]);
    const admin = engineAdminClient(adminUrl, inspectionTables(inspectionUrl));
    return { ingressUrl: child.url, adminUrl, admin, probe: probeClient(probeUrl), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
