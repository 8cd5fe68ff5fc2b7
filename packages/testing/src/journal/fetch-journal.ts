import { isInvocationId } from "@perdure/sdk/internal";
import { JournalFormatError } from "./format-error.ts";
import { composeJournal } from "./from-engine.ts";
import { readRows } from "./journal-rows.ts";
import { at, type Place, readList, readRecord, readText, wrong } from "./place.ts";
import { toEngineSeed, toServerSeed } from "./random-seed.ts";
import type { RecordedJournal, RecordedTarget } from "./recorded-journal.ts";

/** Which journal, and where it is asked for. */
export interface FetchJournalOptions {
  /** The admin face of a Restate Server or of an embedded engine, for example `http://127.0.0.1:9070`. */
  readonly adminUrl: string;
  readonly invocationId: string;
  /** Sent along, for example to authenticate. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Gives up when it is aborted. */
  readonly signal?: AbortSignal;
  /** Instead of the runtime's own. */
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * Takes the journal of an invocation over an admin face, of a Restate Server from
 * 1.6 on or of an embedded engine. It works while the invocation runs, and after
 * its end for as long as its journal is retained.
 *
 * @throws JournalFormatError if there is no such invocation, no journal is kept of
 * it, or the answer makes no sense; whatever `fetch` rejects with if nobody answers.
 */
export async function fetchJournal(options: FetchJournalOptions): Promise<RecordedJournal> {
  const { invocationId } = options;
  if (!isInvocationId(invocationId)) {
    throw new JournalFormatError(`${JSON.stringify(invocationId)} is no invocation id`, { where: "" });
  }
  const face = new AdminFace(options);
  // An engine without SQL says so, and has a path of its own.
  const rows = await face.query(
    `SELECT index, entry_type, name, version, raw FROM sys_journal WHERE id = '${invocationId}' ORDER BY index`,
  );
  return rows === undefined ? fromEngineFace(face, invocationId) : fromServer(face, invocationId, rows);
}

/** A Restate Server: rows of its tables. */
async function fromServer(
  face: AdminFace,
  invocationId: string,
  rows: readonly unknown[],
): Promise<RecordedJournal> {
  const place: Place = { source: face.source, where: "sys_invocation" };
  const found = await face.query(
    "SELECT target_service_name, target_service_key, target_handler_name, target_service_ty, " +
      `pinned_service_protocol_version, idempotency_key, scope, limit_key FROM sys_invocation WHERE id = '${invocationId}'`,
  );
  if (found?.[0] === undefined)
    throw wrong({ ...place, where: "" }, `there is no invocation ${invocationId}`);
  const row = readRecord(found[0], place);
  return composeJournal({
    invocationId,
    target: {
      service: readText(row.target_service_name, at(place, "target_service_name")),
      handler: readText(row.target_handler_name, at(place, "target_handler_name")),
      key: textOrNothing(row.target_service_key),
      kind: readKind(row.target_service_ty, at(place, "target_service_ty")),
    },
    protocolVersion: numberOrNothing(row.pinned_service_protocol_version),
    randomSeed: (await face.hasUniqueSeeds()) ? undefined : toServerSeed(invocationId),
    idempotencyKey: textOrNothing(row.idempotency_key),
    scope: textOrNothing(row.scope),
    limitKey: textOrNothing(row.limit_key),
    messages: readRows(rows, { ...place, where: "sys_journal" }),
  });
}

/** The embedded engine: one answer with everything. */
async function fromEngineFace(face: AdminFace, invocationId: string): Promise<RecordedJournal> {
  const place: Place = { source: face.source, where: "journal" };
  const answer = readRecord(await face.get(`/invocations/${invocationId}/journal`), place);
  const target = readRecord(answer.target, at(place, "target"));
  return composeJournal({
    invocationId,
    target: {
      service: readText(target.service, at(place, "target.service")),
      handler: readText(target.handler, at(place, "target.handler")),
      key: textOrNothing(target.key),
      kind: readKind(target.kind, at(place, "target.kind")),
    },
    protocolVersion: numberOrNothing(answer.protocol_version),
    randomSeed: toEngineSeed(invocationId),
    idempotencyKey: textOrNothing(answer.idempotency_key),
    messages: readRows(answer.entries, at(place, "entries")),
  });
}

const KINDS: Readonly<Record<string, RecordedTarget["kind"]>> = {
  service: "service",
  object: "object",
  virtual_object: "object",
  workflow: "workflow",
};

function readKind(value: unknown, place: Place): RecordedTarget["kind"] {
  const name = readText(value, place);
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (kind !== undefined) return kind;
  throw wrong(place, `no kind of service is named "${name}"`);
}

function textOrNothing(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function numberOrNothing(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

const NOT_IMPLEMENTED = 501;

class AdminFace {
  readonly source: string;
  readonly #options: FetchJournalOptions;

  constructor(options: FetchJournalOptions) {
    this.#options = options;
    this.source = options.adminUrl.replace(/\/+$/, "");
  }

  /** The rows; `undefined` if the face has no SQL. */
  async query(sql: string): Promise<readonly unknown[] | undefined> {
    const response = await this.#ask("/query", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: sql }),
    });
    if (response.status === NOT_IMPLEMENTED) {
      await response.body?.cancel();
      return undefined;
    }
    const answer = await this.#read(response, "/query");
    const place: Place = { source: this.source, where: "query" };
    return readList(readRecord(answer, place).rows, at(place, "rows"));
  }

  async get(path: string): Promise<unknown> {
    return this.#read(await this.#ask(path, {}), path);
  }

  /** Whether the seeds of this server cannot be told from the ids. */
  async hasUniqueSeeds(): Promise<boolean> {
    const answer = await this.get("/version").catch(() => ({}));
    const features: unknown =
      typeof answer === "object" && answer !== null && Reflect.get(answer, "features");
    return (
      typeof features === "object" &&
      features !== null &&
      Reflect.get(features, "unique_random_seeds") === true
    );
  }

  #ask(path: string, init: RequestInit): Promise<Response> {
    const { fetch = globalThis.fetch, headers, signal } = this.#options;
    return fetch(this.source + path, {
      ...init,
      headers: { accept: "application/json", ...init.headers, ...headers },
      ...(signal === undefined ? {} : { signal }),
    });
  }

  async #read(response: Response, path: string): Promise<unknown> {
    const text = await response.text();
    const place: Place = { source: this.source + path, where: "" };
    if (!response.ok) throw wrong(place, `the admin face answered ${response.status}: ${cut(text)}`);
    try {
      return JSON.parse(text);
    } catch {
      throw wrong(place, `the answer is no JSON; is this an admin face? It begins with: ${cut(text)}`);
    }
  }
}

const SHOWN_CHARS_MAX = 300;

function cut(text: string): string {
  return text.length > SHOWN_CHARS_MAX ? `${text.slice(0, SHOWN_CHARS_MAX)}…` : text;
}
