import { realFetch } from "../real.ts";
import { RestateServerError } from "./server-error.ts";

export type ControlVerb = "cancel" | "kill" | "resume" | "purge";

/** How long an answer may take; a server that is dying may give none at all. */
const ANSWER_MS_MAX = 20_000;

/** The admin face of a server, as far as tests need it. */
export class AdminFace {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  /** The rows of a SQL query; what is null is absent. */
  async query<Row>(sql: string): Promise<readonly Row[]> {
    const { rows } = await this.#succeed<{ rows: readonly Row[] }>("POST", "/query", { query: sql });
    return rows;
  }

  /** Resolves with the id of the deployment. */
  async register(uri: string): Promise<string> {
    const { id } = await this.#succeed<{ id: string }>("POST", "/deployments", { uri, force: true });
    return id;
  }

  async removeDeployment(id: string): Promise<void> {
    await this.#succeed("DELETE", `/deployments/${id}?force=true`);
  }

  /** Resolves with the status of the answer: 404 if nobody knows the invocation, 409 if that makes no sense now. */
  async control(verb: ControlVerb, invocationId: string): Promise<number> {
    const path = `/invocations/${encodeURIComponent(invocationId)}/${verb}`;
    const response = await this.#ask("PATCH", path);
    await response.arrayBuffer();
    return response.status;
  }

  /** Takes effect as soon as nobody holds the key. */
  async editState(service: string, key: string, state: ReadonlyMap<string, Uint8Array>): Promise<void> {
    const newState = Object.fromEntries(Array.from(state, ([name, bytes]) => [name, [...bytes]] as const));
    const path = `/services/${encodeURIComponent(service)}/state`;
    await this.#succeed("POST", path, { object_key: key, new_state: newState });
  }

  async #succeed<Answer = unknown>(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await this.#ask(method, path, body);
    const text = await response.text();
    if (response.ok) return (text === "" ? undefined : JSON.parse(text)) as Answer;
    throw new RestateServerError(
      "refused",
      `${method} ${path}: the server answered ${response.status} ${text}`,
    );
  }

  #ask(method: string, path: string, body?: unknown): Promise<Response> {
    return realFetch(this.url + path, {
      method,
      headers: { accept: "application/json", "content-type": "application/json" },
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
}

/** As it stands in SQL. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
