import { describe, expect, test } from "vitest";
import type { ControlOutcome, EngineApi, RestartOutcome } from "../engine-api.ts";
import { type Asked, ask } from "../http/testing/ask.ts";
import { createFakeEngine } from "../http/testing/fake-engine.ts";
import { DEPLOYMENT_ID } from "../http/testing/services.ts";
import { createAdminHandler } from "./handler.ts";

const ID = "inv_1gf3qgbvqBGZ2Ivia3jbQkIOkcWr0iLziz";
const NEW_ID = "inv_13ccyCABxEDt2ldWX2WU0oUxXXDnPrfoHN";

function setUp(answers: Partial<EngineApi> = {}) {
  const engine = createFakeEngine({ answers });
  const handler = createAdminHandler({
    engine,
    clusterName: "test",
    ingressUrl: "http://127.0.0.1:8080/",
    onFault: (error) => {
      throw error;
    },
  });
  return { engine, handler };
}

function errorBody(message: string): string {
  return JSON.stringify({ message, restate_code: null });
}

describe("control", () => {
  test.each([
    ["cancel", "cancel", undefined],
    ["kill", "kill", undefined],
    ["pause", "pause", undefined],
    ["resume", "resume", undefined],
    ["resume?deployment=keep", "resume", "keep"],
    ["resume?deployment=latest", "resume", "latest"],
    [`resume?deployment=${DEPLOYMENT_ID}`, "resume", DEPLOYMENT_ID],
    ["purge", "purge", undefined],
    ["purge-journal", "purgeJournal", undefined],
  ])("PATCH %s", async (path, action, deployment) => {
    const { engine, handler } = setUp({ control: async () => ({ type: "done" }) });
    expect(await ask(handler, `PATCH /v3/invocations/${ID}/${path}`)).toEqual({
      status: 200,
      headers: {},
      body: "",
    });
    expect(engine.asked).toEqual([["control", action, ID, deployment]]);
  });

  const is = `The invocation '${ID}'`;
  test.each<[string, ControlOutcome, number, string]>([
    ["cancel", { type: "underWay" }, 202, ""],
    ["pause", { type: "underWay" }, 202, ""],
    ["cancel", { type: "notFound" }, 404, `The requested invocation '${ID}' does not exist`],
    ["cancel", { type: "alreadyCompleted" }, 409, `${is} was already completed.`],
    ["kill", { type: "alreadyCompleted" }, 409, `${is} was already completed.`],
    ["pause", { type: "alreadyCompleted" }, 409, `${is} is not running, cannot be paused.`],
    ["pause", { type: "notRunning" }, 409, `${is} is not running, cannot be paused.`],
    ["resume", { type: "alreadyCompleted" }, 409, `${is} is completed, cannot be resumed.`],
    ["resume", { type: "notStarted" }, 425, `${is} is either inboxed or scheduled, cannot be resumed.`],
    [
      "resume",
      { type: "deploymentFixed" },
      409,
      `${is} is still running or the deployment id is not pinned yet, deployment id cannot be changed.`,
    ],
    [
      "resume",
      { type: "unknownDeployment", deploymentId: "dp" },
      400,
      `The given deployment was not found when trying to resume the invocation '${ID}'.`,
    ],
    ["purge", { type: "notCompleted" }, 409, `${is} is not yet completed.`],
    ["purge-journal", { type: "notCompleted" }, 409, `${is} is not yet completed.`],
  ])("%s that ends with %j: %d", async (action, outcome, status, message) => {
    const { handler } = setUp({ control: async () => outcome });
    expect(await ask(handler, `PATCH /invocations/${ID}/${action}`)).toMatchObject({
      status,
      body: message === "" ? "" : errorBody(message),
    });
  });
});

describe("restart as new", () => {
  test.each([
    ["", { from: 0 }],
    ["?from=3", { from: 3 }],
    ["?deployment=latest&from=%2B4294967295", { from: 4_294_967_295, deployment: "latest" }],
  ])("restart-as-new%s", async (query, options) => {
    const { engine, handler } = setUp({
      restartAsNew: async () => ({ type: "restarted", invocationId: NEW_ID }),
    });
    expect(await ask(handler, `PATCH /invocations/${ID}/restart-as-new${query}`)).toMatchObject({
      status: 200,
      body: `{"new_invocation_id":"${NEW_ID}"}`,
    });
    expect(engine.asked).toEqual([["restartAsNew", ID, options]]);
  });

  const is = `The invocation '${ID}'`;
  test.each<[RestartOutcome, number, string]>([
    [{ type: "notFound" }, 404, `The requested invocation '${ID}' does not exist`],
    [{ type: "stillRunning" }, 409, `${is} is still running.`],
    [{ type: "notStarted" }, 425, `${is} cannot be restarted because it's not running yet.`],
    [
      { type: "noJournal" },
      410,
      `${is} cannot be restarted because the input is not available. ` +
        "This indicates that the journal was already purged, or not retained at all.",
    ],
    [
      { type: "openCommands" },
      400,
      `The prefix of the journal '${ID}' up to 'from' (included) contains some Commands without respective Completions.`,
    ],
    [
      { type: "unknownDeployment", deploymentId: "dp" },
      400,
      `The given deployment was not found when trying to restart as new the invocation '${ID}'.`,
    ],
    [
      { type: "unsupported", message: "It runs once." },
      422,
      `Restarting the invocation '${ID}' is not supported. It runs once.`,
    ],
  ])("%j: %d", async (outcome, status, message) => {
    const { handler } = setUp({ restartAsNew: async () => outcome });
    expect(await ask(handler, `PATCH /invocations/${ID}/restart-as-new`)).toMatchObject({
      status,
      body: errorBody(message),
    });
  });
});

describe("the old form", () => {
  test.each([
    ["", "cancel"],
    ["?mode=cancel", "cancel"],
    ["?mode=Kill", "kill"],
    ["?mode=purge", "purge"],
  ])("DELETE %s", async (query, action) => {
    const { engine, handler } = setUp({ control: async () => ({ type: "notFound" }) });
    expect(await ask(handler, `DELETE /invocations/${ID}${query}`)).toEqual({
      status: 202,
      headers: {},
      body: "",
    });
    expect(engine.asked).toEqual([["control", action, ID]]);
  });
});

describe("refusals", () => {
  const badId = "The request field 'invocation_id' is invalid. Reason: bad format";
  const badDeployment = (reason: string): string =>
    `The query parameter 'deployment' is invalid. Reason: ${reason}`;
  test.each([
    ["PATCH /invocations/bad/cancel", 400, errorBody(badId)],
    ["PATCH /invocations/bad/resume?deployment=dp_bad", 400, errorBody(badId)],
    ["DELETE /invocations/bad?mode=kill", 400, errorBody(badId)],
    [
      `PATCH /invocations/${ID}/resume?deployment=dp_bad`,
      400,
      errorBody(badDeployment("unrecognized codec version")),
    ],
    [`PATCH /invocations/${ID}/restart-as-new?deployment=`, 400, errorBody(badDeployment("bad length"))],
    [
      "PATCH /invocations/bad/restart-as-new?from=x",
      400,
      "Failed to deserialize query string: from: it has to be a whole number from 0 to 4294967295",
    ],
    [
      `PATCH /invocations/${ID}/restart-as-new?from=4294967296`,
      400,
      "Failed to deserialize query string: from: it has to be a whole number from 0 to 4294967295",
    ],
    [
      `DELETE /invocations/${ID}?mode=purge-journal`,
      400,
      "Failed to deserialize query string: mode: `purge-journal` is none of cancel, kill, purge",
    ],
    [`GET /invocations/${ID}`, 405, ""],
    [`POST /invocations/${ID}/cancel`, 405, ""],
    [`PATCH /invocations/${ID}/foo`, 404, ""],
    ["GET /invocations", 404, ""],
  ])("%s: %d", async (line, status, body) => {
    const { engine, handler } = setUp();
    expect(await ask(handler, line)).toMatchObject({ status, body });
    expect(engine.asked).toEqual([]);
  });
});

describe("batches", () => {
  const batch = (ids: readonly unknown[], more: object = {}): Asked => ({
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ invocation_ids: ids, ...more }),
  });
  const path = "POST /internal/invocations_batch_operations";

  test("what is done, and what is not, one after the other", async () => {
    const outcomes: ControlOutcome[] = [
      { type: "notFound" },
      { type: "underWay" },
      { type: "alreadyCompleted" },
    ];
    const { engine, handler } = setUp({ control: async () => outcomes.shift() as ControlOutcome });
    expect(await ask(handler, `${path}/cancel`, batch([ID, NEW_ID, ID]))).toMatchObject({
      status: 200,
      body: JSON.stringify({
        succeeded: [NEW_ID],
        failed: [
          { invocation_id: ID, error: `Invocation '${ID}' not found` },
          { invocation_id: ID, error: `Invocation '${ID}' was already completed` },
        ],
      }),
    });
    expect(engine.asked).toHaveLength(3);
  });

  test.each([
    ["pause", "pause", {}, undefined],
    ["purge-journal", "purgeJournal", {}, undefined],
    ["resume", "resume", { deployment: "latest" }, "latest"],
    ["kill", "kill", { deployment: "latest" }, undefined],
  ])("%s", async (name, action, more, deployment) => {
    const { engine, handler } = setUp({ control: async () => ({ type: "done" }) });
    await ask(handler, `${path}/${name}`, batch([ID], more));
    expect(engine.asked).toEqual([["control", action, ID, deployment]]);
  });

  test("restart as new names both", async () => {
    const outcomes: RestartOutcome[] = [
      { type: "restarted", invocationId: NEW_ID },
      { type: "stillRunning" },
    ];
    const { handler } = setUp({ restartAsNew: async () => outcomes.shift() as RestartOutcome });
    const told = await ask(handler, `${path}/restart-as-new`, batch([ID, ID], { deployment: "keep" }));
    expect(JSON.parse(told.body)).toEqual({
      succeeded: [{ old_invocation_id: ID, new_invocation_id: NEW_ID }],
      failed: [{ invocation_id: ID, error: `Invocation '${ID}' is still running` }],
    });
  });

  const shape = "Failed to deserialize the JSON body into the target type: ";
  test.each<[string, Asked, number, string]>([
    ["an id that is none", batch(["bad"]), 422, `${shape}invocation_ids[0]: bad format`],
    ["a number", batch([1]), 422, `${shape}invocation_ids[0]: expected a string`],
    [
      "no ids",
      { headers: { "content-type": "application/json" }, body: "{}" },
      422,
      `${shape}missing field \`invocation_ids\``,
    ],
    [
      "one too many",
      batch(Array(1001).fill(ID)),
      400,
      errorBody("Batch size 1001 exceeds maximum allowed size of 1000"),
    ],
    [
      "a deployment that is none",
      batch([], { deployment: "bad" }),
      400,
      errorBody("The request field 'deployment' is invalid. Reason: bad format"),
    ],
    ["no content type", { body: "{}" }, 415, "Expected request with `Content-Type: application/json`"],
  ])("%s", async (_case, asked, status, body) => {
    const { handler } = setUp();
    expect(await ask(handler, `${path}/resume`, asked)).toMatchObject({ status, body });
  });

  test("as many as there may be", async () => {
    const { engine, handler } = setUp({ control: async () => ({ type: "done" }) });
    expect((await ask(handler, `${path}/kill`, batch(Array(1000).fill(ID)))).status).toBe(200);
    expect(engine.asked).toHaveLength(1000);
  });

  test("an unknown operation", async () => {
    expect(await ask(setUp().handler, `${path}/nope`, batch([]))).toMatchObject({ status: 404, body: "" });
  });
});
