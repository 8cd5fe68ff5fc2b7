import { type EventuallyOptions, eventually } from "./eventually.ts";

/** The admin API of a running server, as far as tests need it. `protocol.md` and the server's docs name the rest. */

export interface AdminClient {
  /** Makes the server discover the endpoint at `uri`. Throws what the server answered when it refuses. */
  registerDeployment(uri: string, options?: RegisterOptions): Promise<Deployment>;
  /** 202 when the signal was delivered, 200 when the invocation had not started and is gone. */
  cancel(invocationId: string): Promise<number>;
  kill(invocationId: string): Promise<number>;
  pause(invocationId: string): Promise<number>;
  resume(invocationId: string, deployment?: string): Promise<number>;
  purge(invocationId: string): Promise<number>;
  /** Rows of a SQL query; null columns are absent. */
  query<Row = Record<string, unknown>>(sql: string): Promise<Row[]>;
  /** The row of `sys_invocation`, or undefined when the server does not know the invocation. */
  getInvocation(invocationId: string): Promise<InvocationRow | undefined>;
  /** The rows of `sys_invocation` that match all of the filter. */
  invocations(filter: InvocationFilter): Promise<InvocationRow[]>;
  /** Waits until the invocation has one of these statuses, and returns its row. */
  waitForStatus(
    invocationId: string,
    statuses: InvocationStatus | readonly InvocationStatus[],
    options?: EventuallyOptions,
  ): Promise<InvocationRow>;
  /** The invocation's journal, in order. */
  journal(invocationId: string): Promise<JournalRow[]>;
  /** The entries of all journals, with all bytes in them. */
  values(): Promise<ValueRow[]>;
}

export interface RegisterOptions {
  /** For endpoints that speak HTTP/1.1 only. */
  readonly useHttp11?: boolean;
  /** Replaces a deployment that is registered under the same address. */
  readonly force?: boolean;
  readonly additionalHeaders?: Readonly<Record<string, string>>;
}

export interface Deployment {
  readonly id: string;
  readonly services: readonly { readonly name: string; readonly revision: number }[];
}

export interface InvocationFilter {
  readonly id?: string;
  /** `service/handler` or `service/key/handler`. */
  readonly target?: string;
  /** The invocation that called or sent it. */
  readonly invokedById?: string;
}

export type InvocationStatus =
  | "scheduled"
  | "pending"
  | "ready"
  | "running"
  | "suspended"
  | "backing-off"
  | "paused"
  | "completed";

export interface InvocationRow {
  readonly id: string;
  readonly target: string;
  readonly status: InvocationStatus;
  readonly completion_result?: "success" | "failure";
  readonly completion_failure?: string;
  readonly retry_count?: number;
  readonly last_failure?: string;
  readonly last_failure_error_code?: string;
  readonly journal_size?: number;
  readonly idempotency_key?: string;
  readonly pinned_service_protocol_version?: number;
  readonly [column: string]: unknown;
}

export interface JournalRow {
  readonly index: number;
  /** For example `Command: Call` or `Notification: Run`. */
  readonly entry_type: string;
  readonly name?: string;
  readonly entry_json?: string;
  readonly [column: string]: unknown;
}

export interface ValueRow {
  readonly entry_type: string;
  /** Hexadecimal. */
  readonly raw: string;
}

export function adminClient(adminUrl: string): AdminClient {
  async function request(method: string, path: string, body?: unknown): Promise<Response> {
    return await fetch(adminUrl + path, {
      method,
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async function succeed(response: Response, what: string): Promise<Response> {
    if (response.ok) return response;
    throw new Error(`${what}: the admin API answered ${response.status} ${await response.text()}`);
  }

  async function act(action: string, invocationId: string, search = ""): Promise<number> {
    const response = await request("PATCH", `/invocations/${invocationId}/${action}${search}`);
    await succeed(response, `${action} ${invocationId}`);
    await response.arrayBuffer();
    return response.status;
  }

  async function query<Row>(sql: string): Promise<Row[]> {
    const response = await succeed(await request("POST", "/query", { query: sql }), sql);
    return ((await response.json()) as { rows: Row[] }).rows;
  }

  return {
    async registerDeployment(uri, options = {}) {
      const response = await request("POST", "/deployments", {
        uri,
        use_http_11: options.useHttp11 ?? false,
        force: options.force ?? false,
        ...(options.additionalHeaders ? { additional_headers: options.additionalHeaders } : {}),
      });
      return (await (await succeed(response, `register ${uri}`)).json()) as Deployment;
    },
    cancel: (id) => act("cancel", id),
    kill: (id) => act("kill", id),
    pause: (id) => act("pause", id),
    resume: (id, deployment) =>
      act("resume", id, deployment ? `?deployment=${encodeURIComponent(deployment)}` : ""),
    purge: (id) => act("purge", id),
    query,
    ...lookingClient({
      invocations({ id, target, invokedById }) {
        const conditions = Object.entries({ id, target, invoked_by_id: invokedById })
          .filter(([, value]) => value !== undefined)
          .map(([column, value]) => `${column} = ${literal(value as string)}`);
        return query(`select * from sys_invocation where ${conditions.join(" and ")}`);
      },
      journal: (id) => query(`select * from sys_journal where id = ${literal(id)} order by index`),
      values: () => query("select entry_type, raw from sys_journal"),
    }),
  };
}

type Tables = Pick<AdminClient, "invocations" | "journal" | "values">;
type Looking = Tables & Pick<AdminClient, "getInvocation" | "waitForStatus">;

/** What can be said by looking at invocations and journals, wherever they are read from. */
export function lookingClient(tables: Tables): Looking {
  async function getInvocation(id: string): Promise<InvocationRow | undefined> {
    const [row] = await tables.invocations({ id });
    return row;
  }

  return {
    ...tables,
    getInvocation,
    async waitForStatus(id, statuses, options) {
      const wanted = typeof statuses === "string" ? [statuses] : statuses;
      return await eventually(async () => {
        const row = await getInvocation(id);
        if (row !== undefined && wanted.includes(row.status)) return row;
        throw new Error(`${id} is ${row ? JSON.stringify(row) : "unknown"}, wanted ${wanted.join(" or ")}`);
      }, options);
    },
  };
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** As {@link AdminClient.registerDeployment}, for a test that needs nothing else of the admin API. */
export async function registerDeployment(
  adminUrl: string,
  uri: string,
  options?: RegisterOptions,
): Promise<Deployment> {
  return await adminClient(adminUrl).registerDeployment(uri, options);
}
