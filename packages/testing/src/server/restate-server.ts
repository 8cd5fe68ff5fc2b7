import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { leashFolder } from "./leash.ts";
import { freePorts } from "./ports.ts";
import { type RunningProcess, startProcess } from "./running-process.ts";
import { restateServerPath } from "./server-binary.ts";
import { waitUntilReady } from "./server-ready.ts";
import { type RestateServerOptions, type ServerPorts, toServerEnvironment } from "./server-settings.ts";

const STOP_GRACE_MS = 5_000;
const START_TRIES_MAX = 3;
const LOG_TAIL_LINES = 60;

/** A server that runs. */
export interface RestateServer {
  /** For example `http://127.0.0.1:20017`, no slash at the end. */
  readonly ingressUrl: string;
  readonly adminUrl: string;
  /** Its own, under the system's folder for temporary files. */
  readonly folder: string;
  readonly pid: number;
  /** Lets this process end although the server runs; it is gone then too. */
  unref(): void;
  /** The last lines the server logged, 60 when nobody says how many. */
  logTail(lines?: number): string;
  /** SIGKILL. Resolves when the process is gone; the folder stays. */
  kill(): Promise<void>;
  /** Starts it again on the same folder and ports, killing it first if it still runs. */
  restart(): Promise<void>;
  /** Ends the process (politely, then not) and removes the folder. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts a real Restate Server from the npm package `@restatedev/restate-server`, an
 * optional peer of this one: with its own folder and its own free loopback ports,
 * small, without telemetry, and gone when this process is gone, however it ends. Any
 * number of them run side by side. Resolves when it takes requests, in about 0.4 s.
 *
 * Rejects with a {@link RestateServerError} when the package is not installed, has no
 * server for this platform, or when the server does not become ready, with what it said.
 */
export async function startRestateServer(options: RestateServerOptions = {}): Promise<RestateServer> {
  const binary = restateServerPath();
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

  async function launch(ports: ServerPorts): Promise<RunningProcess> {
    const log = openSync(logPath, "a");
    try {
      const server = await startProcess(binary, ["--no-logo"], {
        cwd: folder,
        env: toServerEnvironment({ folder, ports, options }),
        stdio: ["ignore", log, log],
      });
      await waitUntilReady(server, ports, logTail);
      return server;
    } finally {
      closeSync(log);
    }
  }

  let ports: ServerPorts;
  let current: RunningProcess;
  for (let tries = 1; ; tries++) {
    try {
      ports = await choosePorts();
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
    unref: () => current.child.unref(),
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

async function choosePorts(): Promise<ServerPorts> {
  const [ingress, admin, node] = (await freePorts(3)) as [number, number, number];
  return { ingress, admin, node };
}
