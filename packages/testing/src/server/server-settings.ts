import { join } from "node:path";

/** What a test can say about its server. */
export interface RestateServerOptions {
  /**
   * Silence after which the server asks the handler to suspend, in
   * milliseconds. 0 forces a suspension and a replay at every await. One minute
   * when absent.
   */
  readonly inactivityTimeout?: number | undefined;
  /** How long after that it aborts the attempt, in milliseconds. Ten minutes when absent. */
  readonly abortTimeout?: number | undefined;
  /** Shards of the cluster. Two by default, so that messages cross from one to another. */
  readonly partitions?: number | undefined;
  /** The first pause before an attempt is repeated, in milliseconds (then doubled, up to one second); 50 when absent. */
  readonly retryInitialInterval?: number | undefined;
  /** Preview features: protocol v7 and flow control, which scopes and limit keys need. */
  readonly previewFeatures?: boolean | undefined;
  /** More of the server's own settings (`RESTATE_…`), over all of the above. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** On loopback. */
export interface ServerPorts {
  readonly ingress: number;
  readonly admin: number;
  readonly node: number;
}

export interface SettingsOptions {
  readonly folder: string;
  readonly ports: ServerPorts;
  readonly options: RestateServerOptions;
}

/** The environment of the server's process: small, quiet, on loopback, without telemetry; nothing of ours leaks in. */
export function toServerEnvironment({
  folder,
  ports,
  options,
}: SettingsOptions): Record<string, string | undefined> {
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
