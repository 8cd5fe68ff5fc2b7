import { pause, realFetch, wallNow } from "../real.ts";
import type { RunningProcess } from "./running-process.ts";
import { RestateServerError } from "./server-error.ts";
import type { ServerPorts } from "./server-settings.ts";

const START_TIMEOUT_MS = 30_000;
const ASK_INTERVAL_MS = 20;

/** Resolves when both faces answer. Rejects with the server's own words when it ends before, or takes too long. */
export async function waitUntilReady(
  server: RunningProcess,
  ports: ServerPorts,
  logTail: () => string,
): Promise<void> {
  const deadline = wallNow() + START_TIMEOUT_MS;
  let ended: string | undefined;
  void server.exited.then((how) => {
    ended = how;
  });
  const healthUrls = [
    `http://127.0.0.1:${ports.ingress}/restate/health`,
    `http://127.0.0.1:${ports.admin}/health`,
  ];
  while (!(await allAnswer(healthUrls))) {
    if (ended !== undefined) throw failed(`ended (${ended}) before it was ready`, logTail);
    if (wallNow() > deadline) {
      await server.kill();
      throw failed(`was not ready within ${START_TIMEOUT_MS} ms`, logTail);
    }
    await pause(ASK_INTERVAL_MS);
  }
}

function failed(what: string, logTail: () => string): RestateServerError {
  return new RestateServerError("start_failed", `restate-server ${what}:\n${logTail()}`);
}

async function allAnswer(urls: readonly string[]): Promise<boolean> {
  const answers = await Promise.all(
    urls.map(async (url) => {
      try {
        const response = await realFetch(url);
        await response.arrayBuffer();
        return response.ok;
      } catch {
        return false;
      }
    }),
  );
  return answers.every(Boolean);
}
