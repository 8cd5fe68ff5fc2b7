import { expect, test } from "vitest";
import { ask } from "../http/testing/ask.ts";
import { createFakeEngine } from "../http/testing/fake-engine.ts";
import { createLive } from "../state-machine/codec.ts";
import type { LiveInvocation } from "../state-machine/records.ts";
import { createAdminHandler } from "./handler.ts";

const ID = "inv_1gf3qgbvqBGZ2Ivia3jbQkIOkcWr0iLziz";

function handlerFor(live: readonly LiveInvocation[]) {
  const answers = { liveInvocations: () => live, archive: async () => undefined };
  const onFault = (error: unknown): void => {
    throw error;
  };
  return createAdminHandler({
    clusterName: "test",
    engine: createFakeEngine({ answers }),
    ingressUrl: "http://127.0.0.1:8080/",
    onFault,
  });
}

test("GET journal has the entries in the form of a Restate Server's rows", async () => {
  const invocation = createLive({
    id: ID,
    target: { service: "Cart", handler: "add", key: "k", serviceKind: "object", handlerKind: "exclusive" },
    status: "suspended",
    invokedBy: { type: "ingress" },
    createdAtMs: 0,
    protocolVersion: 6,
  });
  const result = { type: "success", value: new TextEncoder().encode("1") } as const;
  invocation.journal.push(
    { message: { type: "Run", name: "charge", completionId: 2 }, appendedAtMs: 0 },
    { message: { type: "Completion", kind: "Run", completionId: 2, result }, appendedAtMs: 1 },
    { message: { type: "Signal", signal: 17, result: { type: "void" } }, appendedAtMs: 2 },
  );
  const { status, body } = await ask(handlerFor([invocation]), `GET /invocations/${ID}/journal`);
  expect(status).toBe(200);
  expect(JSON.parse(body)).toEqual({
    id: ID,
    target: { service: "Cart", handler: "add", key: "k", kind: "object" },
    status: "suspended",
    protocol_version: 6,
    entries: [
      {
        index: 0,
        entry_type: "Command: Run",
        name: "charge",
        version: 2,
        raw: "58026206636861726765",
        appended_at: "1970-01-01T00:00:00.000Z",
      },
      {
        index: 1,
        entry_type: "Notification: Run",
        version: 2,
        raw: "08022a030a0131",
        appended_at: "1970-01-01T00:00:00.001Z",
      },
      {
        index: 2,
        entry_type: "Notification: Signal",
        version: 2,
        raw: "10112200",
        appended_at: "1970-01-01T00:00:00.002Z",
      },
    ],
  });
});

test.each([
  [`GET /invocations/${ID}/journal`, 404, /The requested invocation .* does not exist/],
  ["GET /invocations/x/journal", 400, /invocation_id/],
])("%s of nobody", async (line, status, message) => {
  const answer = await ask(handlerFor([]), line);
  expect(answer.status).toBe(status);
  expect(answer.body).toMatch(message);
});
