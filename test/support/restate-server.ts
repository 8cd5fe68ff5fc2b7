import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { restateServerPath } from "./binaries.ts";
import { delay } from "./eventually.ts";
import { leashFolder } from "./leash.ts";
import { freePorts } from "./ports.ts";
import { type RunningProcess, startProcess } from "./running-process.ts";

/**
 * A real Restate Server from npm, for one test file: its own folder, its own
 * free loopback ports, small, no telemetry, gone when the test process is gone.
 * Any number of them run side by side. It is ready in about 0.4 s.
 */

const START_TIMEOUT_MS = 30_000;
const STOP_GRACE_MS = 5_000;
const START_TRIES_MAX = 3;
const LOG_TAIL_LINES = 60;

export interface RestateServerOptions {
  /**
   * Silence after which the server asks the handler to suspend, in
   * milliseconds. 0 forces a suspension and a replay at every await. One minute
   * when absent.
   */
  readonly inactivityTimeout?: number;
  /** How long after that it aborts the attempt, in milliseconds. Ten minutes when absent. */
  readonly abortTimeout?: number;
  /** Shards of the cluster. Two by default, so that messages cross from one to another. */
  readonly partitions?: number;
  /** The first pause before an attempt is repeated, in milliseconds (then doubled, up to one second). */
  readonly retryInitialInterval?: number;
  /** Preview features: protocol v7 and flow control, which scopes and limit keys need. */
  readonly previewFeatures?: boolean;
  /** More of the server's own settings (`RESTATE_…`), over all of the above. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface RestateServer {
  /** For example `http://127.0.0.1:20017`, no slash at the end. */
  readonly ingressUrl: string;
  readonly adminUrl: string;
  readonly folder: string;
  readonly pid: number;
  /** The last lines the server logged. */
  logTail(lines?: number): string;
  /** SIGKILL. Resolves when the process is gone; the folder stays. */
  kill(): Promise<void>;
  /** Starts it again on the same folder and ports, killing it first if it still runs. */
  restart(): Promise<void>;
  /** Ends the process (politely, then not) and removes the folder. May be called twice. */
  stop(): Promise<void>;
}

interface Ports {
  readonly ingress: number;
  readonly admin: number;
  readonly node: number;
}

export async function startRestateServer(options: RestateServerOptions = {}): Promise<RestateServer> {
  const folder = mkdtempSync(join(tmpdir(), "perdure-restate-"));
  const releaseFolder = leashFolder(folder);
  const logPath = join(folder, "server.log");

  function logTail(lines = LOG_TAIL_LINES): string {
    return readFileSync(logPath, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  }

  function removeFolder(): void {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    releaseFolder();
  }

  async function launch(ports: Ports): Promise<RunningProcess> {
    const log = openSync(logPath, "a");
    try {
      const server = await startProcess(restateServerPath(), ["--no-logo"], {
        cwd: folder,
        env: serverEnvironment(folder, ports, options),
        stdio: ["ignore", log, log],
      });
      await waitUntilReady(server, ports, logTail);
      return server;
    } finally {
      closeSync(log);
    }
  }

  let ports: Ports;
  let current: RunningProcess;
  for (let tries = 1; ; tries++) {
    ports = await choosePorts();
    try {
      current = await launch(ports);
      break;
    } catch (error) {
      // Another process may have taken a port between the choice and the start.
      const portTaken = /address already in use/i.test(String(error));
      if (portTaken && tries < START_TRIES_MAX) continue;
      removeFolder();
      throw error;
    }
  }

  return {
    ingressUrl: `http://127.0.0.1:${ports.ingress}`,
    adminUrl: `http://127.0.0.1:${ports.admin}`,
    folder,
    get pid() {
      return current.pid;
    },
    logTail,
    kill: () => current.kill(),
    async restart() {
      await current.kill();
      current = await launch(ports);
    },
    async stop() {
      await current.stop(STOP_GRACE_MS);
      removeFolder();
    },
  };
}

async function choosePorts(): Promise<Ports> {
  const [ingress, admin, node] = (await freePorts(3)) as [number, number, number];
  return { ingress, admin, node };
}

function serverEnvironment(
  folder: string,
  ports: Ports,
  options: RestateServerOptions,
): Record<string, string | undefined> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(RESTATE_|RUST_LOG)/.test(name));
  const settings: Record<string, string> = {
    DO_NOT_TRACK: "1",
    RESTATE_DISABLE_TELEMETRY: "true",
    RESTATE_NODE_NAME: "test",
    RESTATE_CLUSTER_NAME: "test",
    RESTATE_BASE_DIR: join(folder, "data"),
    // Unix sockets would lie in the folder, whose path may be too long for them.
    RESTATE_LISTEN_MODE: "tcp",
    RESTATE_BIND_IP: "127.0.0.1",
    RESTATE_BIND_PORT: String(ports.node),
    RESTATE_INGRESS__BIND_PORT: String(ports.ingress),
    RESTATE_ADMIN__BIND_PORT: String(ports.admin),
    RESTATE_ADMIN__DISABLE_WEB_UI: "true",
    RESTATE_DEFAULT_NUM_PARTITIONS: String(options.partitions ?? 2),
    RESTATE_ROCKSDB_TOTAL_MEMORY_SIZE: "64MiB",
    RESTATE_ADMIN__QUERY_ENGINE__MEMORY_SIZE: "64MiB",
    RESTATE_BIFROST__RECORD_CACHE_MEMORY_SIZE: "16MiB",
    // A killed process loses nothing that it wrote; only a power cut would need the sync.
    RESTATE_LOG_SERVER__ROCKSDB_DISABLE_WAL_FSYNC: "true",
    RESTATE_SHUTDOWN_TIMEOUT: "4s",
    RESTATE_LOG_FORMAT: "compact",
    RESTATE_LOG_DISABLE_ANSI_CODES: "true",
    RESTATE_DEFAULT_RETRY_POLICY__INITIAL_INTERVAL: `${options.retryInitialInterval ?? 50}ms`,
    RESTATE_DEFAULT_RETRY_POLICY__MAX_INTERVAL: "1s",
  };
  if (options.inactivityTimeout !== undefined) {
    settings.RESTATE_WORKER__INVOKER__INACTIVITY_TIMEOUT = `${options.inactivityTimeout}ms`;
  }
  if (options.abortTimeout !== undefined) {
    settings.RESTATE_WORKER__INVOKER__ABORT_TIMEOUT = `${options.abortTimeout}ms`;
  }
  if (options.previewFeatures) {
    settings.RESTATE_EXPERIMENTAL_ENABLE_PROTOCOL_V7 = "true";
    settings.RESTATE_EXPERIMENTAL_ENABLE_VQUEUES = "true";
  }
  return { ...Object.fromEntries(inherited), ...settings, ...options.env };
}

async function waitUntilReady(server: RunningProcess, ports: Ports, logTail: () => string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  let ended: string | undefined;
  void server.exited.then((how) => {
    ended = how;
  });
  const healthUrls = [
    `http://127.0.0.1:${ports.ingress}/restate/health`,
    `http://127.0.0.1:${ports.admin}/health`,
  ];
  while (!(await allAnswer(healthUrls))) {
    if (ended !== undefined)
      throw new Error(`restate-server ended (${ended}) before it was ready:\n${logTail()}`);
    if (Date.now() > deadline) {
      await server.kill();
      throw new Error(`restate-server was not ready within ${START_TIMEOUT_MS} ms:\n${logTail()}`);
    }
    await delay(20);
  }
}

async function allAnswer(urls: readonly string[]): Promise<boolean> {
  const answers = await Promise.all(
    urls.map(async (url) => {
      try {
        const response = await fetch(url);
        await response.arrayBuffer();
        return response.ok;
      } catch {
        return false;
      }
    }),
  );
  return answers.every(Boolean);
}
