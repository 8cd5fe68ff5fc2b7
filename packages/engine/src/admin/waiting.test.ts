import { expect, test } from "vitest";
import type { WaitingFor } from "../engine-api.ts";
import { ask } from "../http/testing/ask.ts";
import { createFakeEngine } from "../http/testing/fake-engine.ts";
import { createAdminHandler } from "./handler.ts";

const ID = "inv_1gf3qgbvqBGZ2Ivia3jbQkIOkcWr0iLziz";

function handlerFor(waiting: WaitingFor | undefined) {
  const engine = createFakeEngine({ answers: { waitingFor: () => waiting } });
  const onFault = (error: unknown): void => {
    throw error;
  };
  return createAdminHandler({ engine, clusterName: "test", ingressUrl: "http://127.0.0.1:8080/", onFault });
}

test("GET waiting writes names and times as the face does", async () => {
  const handler = handlerFor({
    invocationId: ID,
    summary: "It sleeps.",
    invocations: [
      {
        invocationId: ID,
        target: "Shop/buy",
        status: "suspended",
        modifiedAtMs: 0,
        needs: "any",
        waits: [
          { type: "sleep", commandIndex: 1, name: "", untilMs: 1500 },
          { type: "retry", atMs: undefined, failure: undefined },
        ],
      },
    ],
    isTruncated: false,
    deadlocks: [],
  });
  const { status, body } = await ask(handler, `GET /invocations/${ID}/waiting`);
  expect(status).toBe(200);
  expect(JSON.parse(String(body))).toEqual({
    invocation_id: ID,
    summary: "It sleeps.",
    invocations: [
      {
        invocation_id: ID,
        target: "Shop/buy",
        status: "suspended",
        modified_at: "1970-01-01T00:00:00.000000000Z",
        needs: "any",
        waits: [
          { type: "sleep", command_index: 1, name: "", until: "1970-01-01T00:00:01.500000000Z" },
          { type: "retry" },
        ],
      },
    ],
    is_truncated: false,
    deadlocks: [],
  });
});

test("GET waiting of what is not known is a 404, and of what is no id a 400", async () => {
  expect(await ask(handlerFor(undefined), `GET /invocations/${ID}/waiting`)).toMatchObject({ status: 404 });
  expect(await ask(handlerFor(undefined), "GET /invocations/x/waiting")).toMatchObject({ status: 400 });
});
