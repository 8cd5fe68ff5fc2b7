import { pause } from "../real.ts";
import { AdminFace } from "./admin-face.ts";
import { type RestateServer, startRestateServer } from "./restate-server.ts";

/** How long a server that nobody uses is kept for the next test. */
export const IDLE_MS_MAX = 3000;

/** How often a server is looked at until it holds nothing any more. */
const WIPE_LOOKS_MAX = 100;
const WIPE_PAUSE_MS = 10;

/** How often the tables of a new server are asked for. */
const TABLES_LOOKS_MAX = 500;

/** A server that belongs to one test. */
export interface ServerLease {
  readonly ingressUrl: string;
  readonly admin: AdminFace;
  /** Takes all from the server that the test has left there, and gives it back. */
  release(deploymentId: string | undefined): Promise<void>;
}

/**
 * Servers that ran a test and hold nothing any more.
 *
 * 1. A server belongs to one test at a time; tests side by side have each their own.
 * 2. One that cannot be emptied is stopped.
 */
const idle: RestateServer[] = [];

/** A server that holds nothing: one that another test has left, or a new one. */
export async function leaseServer(): Promise<ServerLease> {
  const server = idle.pop() ?? (await startServer());
  const admin = new AdminFace(server.adminUrl);
  return {
    ingressUrl: server.ingressUrl,
    admin,
    release: async (deploymentId) => {
      const isEmpty = await wipe(admin, deploymentId).catch(() => false);
      if (isEmpty) keep(server);
      else await server.stop();
    },
  };
}

async function startServer(): Promise<RestateServer> {
  const server = await startRestateServer();
  // It ends with this process, which must not wait for it.
  server.unref();
  const admin = new AdminFace(server.adminUrl);
  for (let looks = 1; ; looks += 1) {
    try {
      await admin.query(REMNANTS);
      return server;
    } catch (error) {
      // Its tables are there a moment after its faces.
      if (looks < TABLES_LOOKS_MAX) await pause(WIPE_PAUSE_MS);
      else {
        await server.stop();
        throw error;
      }
    }
  }
}

function keep(server: RestateServer): void {
  idle.push(server);
  void pause(IDLE_MS_MAX, { unref: true }).then(async () => {
    const index = idle.indexOf(server);
    if (index < 0) return;
    idle.splice(index, 1);
    await server.stop();
  });
}

interface Remnant {
  readonly kind: "invocation" | "state" | "promise";
  /** The id of an invocation, or a service. */
  readonly name: string;
  /** The status of an invocation, or the key of a service. */
  readonly detail: string;
}

const REMNANTS = `SELECT 'invocation' AS kind, id AS name, status AS detail FROM sys_invocation
  UNION ALL SELECT DISTINCT 'state', service_name, service_key FROM state
  UNION ALL SELECT DISTINCT 'promise', service_name, service_key FROM sys_promise`;

/** False if something stays that cannot be taken away. */
async function wipe(admin: AdminFace, deploymentId: string | undefined): Promise<boolean> {
  for (let looks = 0; looks < WIPE_LOOKS_MAX; looks += 1) {
    const remnants = await admin.query<Remnant>(REMNANTS);
    if (remnants.length === 0) {
      if (deploymentId !== undefined) await admin.removeDeployment(deploymentId);
      return true;
    }
    // The promises of a workflow go with its invocation, and cannot be named.
    if (remnants.every(({ kind }) => kind === "promise")) return false;
    await Promise.all(remnants.map((remnant) => take(admin, remnant)));
    await pause(WIPE_PAUSE_MS);
  }
  return false;
}

async function take(admin: AdminFace, { kind, name, detail }: Remnant): Promise<void> {
  if (kind === "invocation") await admin.control(detail === "completed" ? "purge" : "kill", name);
  if (kind === "state") await admin.editState(name, detail, new Map());
}
