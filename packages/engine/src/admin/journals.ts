import { encodeMessages, isCommand } from "@perdure/sdk/internal";
import type { EngineApi } from "../engine-api.ts";
import { type HttpResponse, jsonResponse } from "../http/message.ts";
import { notFound } from "./admin-error.ts";
import { readInvocationId } from "./params.ts";
import type { Route, RouteContext } from "./router.ts";

type LiveInvocation = EngineApi extends { liveInvocations(): Iterable<infer T> } ? T : never;
type Archive = NonNullable<Awaited<ReturnType<EngineApi["archive"]>>>;
type JournalEntry = Archive["journal"][number];

/**
 * The journal of one invocation, for tools that replay it. The entries have the
 * form of the rows of `sys_journal` of a Restate Server: the type in words, and the
 * payload of the protocol's message in hex.
 */
export function journalRoutes(engine: EngineApi): readonly Route[] {
  return [
    {
      pattern: "/invocations/{invocation}/journal",
      methods: { GET: (context) => showJournal(engine, context) },
    },
  ];
}

async function showJournal(engine: EngineApi, context: RouteContext): Promise<HttpResponse> {
  const id = readInvocationId(context);
  const record = findLive(engine, id) ?? (await engine.archive(id));
  if (record === undefined) throw notFound(`invocation '${id}'`);
  return jsonResponse(200, toJournal(id, record));
}

function findLive(engine: EngineApi, id: string): LiveInvocation | undefined {
  for (const invocation of engine.liveInvocations()) if (invocation.id === id) return invocation;
  return undefined;
}

function toJournal(id: string, record: LiveInvocation | Archive): unknown {
  const { target, idempotencyKey, status } = "facts" in record ? record.facts : record;
  return {
    id,
    target: { service: target.service, handler: target.handler, key: target.key, kind: target.serviceKind },
    status,
    protocol_version: record.protocolVersion,
    idempotency_key: idempotencyKey,
    entries: record.journal.map(toRow),
  };
}

/** The newest protocol has a field for everything that an entry can hold. */
const ENCODED_AS = 7;
const FRAME_HEADER_BYTES = 8;
/** How the server numbers the form in which it stores journals of service protocol 5 and later. */
const JOURNAL_VERSION = 2;

function toRow({ message, appendedAtMs }: JournalEntry, index: number): unknown {
  const payload = encodeMessages([message], ENCODED_AS).subarray(FRAME_HEADER_BYTES);
  return {
    index,
    entry_type: toEntryType(message),
    name: isCommand(message) ? message.name : undefined,
    version: JOURNAL_VERSION,
    raw: Buffer.from(payload).toString("hex"),
    appended_at: new Date(appendedAtMs).toISOString(),
  };
}

function toEntryType(message: JournalEntry["message"]): string {
  if (isCommand(message)) return `Command: ${message.type}`;
  return `Notification: ${message.type === "Signal" ? "Signal" : message.kind}`;
}
