import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRestateServer } from "../../../packages/testing/src/server/restate-server.ts";
import type { Usage } from "../subjects/control.ts";
import { usageOf } from "../subjects/process-usage.ts";
import { startSubject } from "../subjects/subject.ts";

/** Something that takes requests, and the processes it consists of. */
export interface System {
  readonly name: string;
  readonly ingressUrl: string;
  readonly processes: readonly SystemProcess[];
  stop(): Promise<void>;
}

export interface SystemProcess {
  readonly role: "engine" | "endpoint";
  usage(): Promise<Usage>;
}

/** The files of the subjects, for plain Node. */
export interface SystemFiles {
  readonly ours: string;
  readonly official: string;
  readonly engine: string;
}

/** A Restate Server and an endpoint of either SDK. */
export const SERVER_OFFICIAL = "server+official";
export const SERVER_OURS = "server+perdure";
/** `perdure serve` and an endpoint of ours. */
export const ENGINE_ENDPOINT = "serve+endpoint";
/** The engine, its ingress and the handlers. */
export const ENGINE_ALONE = "one process";
export const SYSTEMS = [SERVER_OFFICIAL, SERVER_OURS, ENGINE_ENDPOINT, ENGINE_ALONE] as const;
export type SystemName = (typeof SYSTEMS)[number];

/** As the server comes: what tests turn down is set back to its own defaults, the sync of its log above all. */
const SERVER_DEFAULTS: Readonly<Record<string, string>> = {
  RESTATE_LOG_SERVER__ROCKSDB_DISABLE_WAL_FSYNC: "false",
  RESTATE_DEFAULT_NUM_PARTITIONS: "24",
  RESTATE_ROCKSDB_TOTAL_MEMORY_SIZE: "2GiB",
  RESTATE_ADMIN__QUERY_ENGINE__MEMORY_SIZE: "1GiB",
  RESTATE_BIFROST__RECORD_CACHE_MEMORY_SIZE: "250MiB",
};

export function startSystem(name: SystemName, files: SystemFiles): Promise<System> {
  switch (name) {
    case SERVER_OFFICIAL:
      return startServerSystem(name, files.official);
    case SERVER_OURS:
      return startServerSystem(name, files.ours);
    case ENGINE_ENDPOINT:
      return startEngineSystem(name, files);
    case ENGINE_ALONE:
      return startSingleProcess(name, files.engine);
  }
}

async function startServerSystem(name: SystemName, file: string): Promise<System> {
  const server = await startRestateServer({ env: SERVER_DEFAULTS });
  const endpoint = await startSubject({ name, file });
  await register(server.adminUrl, endpoint.port);
  return {
    name,
    ingressUrl: server.ingressUrl,
    processes: [
      { role: "engine", usage: () => usageOf(server.pid) },
      { role: "endpoint", usage: endpoint.usage },
    ],
    async stop() {
      await server.stop();
      await endpoint.stop();
    },
  };
}

async function startEngineSystem(name: SystemName, files: SystemFiles): Promise<System> {
  const data = await mkdtemp(join(tmpdir(), "perdure-bench-"));
  const engine = await startSubject({ name, file: files.engine, args: ["--data", data] });
  const endpoint = await startSubject({ name, file: files.ours });
  await register(String(engine.said.adminUrl), endpoint.port);
  return {
    name,
    ingressUrl: `http://127.0.0.1:${engine.port}`,
    processes: [
      { role: "engine", usage: engine.usage },
      { role: "endpoint", usage: endpoint.usage },
    ],
    async stop() {
      await engine.stop();
      await endpoint.stop();
      await rm(data, { recursive: true, force: true });
    },
  };
}

async function startSingleProcess(name: SystemName, file: string): Promise<System> {
  const data = await mkdtemp(join(tmpdir(), "perdure-bench-"));
  const engine = await startSubject({ name, file, args: ["--services", "--data", data] });
  return {
    name,
    ingressUrl: `http://127.0.0.1:${engine.port}`,
    processes: [{ role: "engine", usage: engine.usage }],
    async stop() {
      await engine.stop();
      await rm(data, { recursive: true, force: true });
    },
  };
}

async function register(adminUrl: string, port: number): Promise<void> {
  const response = await fetch(`${adminUrl}/deployments`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ uri: `http://127.0.0.1:${port}` }),
  });
  if (!response.ok) throw new Error(`The endpoint was not registered: ${await response.text()}`);
}
