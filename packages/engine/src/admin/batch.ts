import type { EngineApi } from "../engine-api.ts";
import { type HttpResponse, jsonResponse } from "../http/message.ts";
import { findInvocationIdProblem } from "../http/resource-ids.ts";
import { AdminError, invalidField } from "./admin-error.ts";
import { toBatchMessage, toControlRefusal, toRestartRefusal } from "./control-outcomes.ts";
import { ACTIONS } from "./invocations.ts";
import { type JsonBody, readJsonBody, wrongShape } from "./json-body.ts";
import { findDeploymentChoiceProblem } from "./params.ts";
import type { Route } from "./router.ts";

/** The same thing done to many invocations, one after the other. */

export const BATCH_INVOCATIONS_MAX = 1000;

interface Failed {
  readonly invocation_id: string;
  readonly error: string;
}

export function batchRoutes(engine: EngineApi): readonly Route[] {
  const prefix = "/internal/invocations_batch_operations";
  return [
    ...Object.entries(ACTIONS).map(
      ([name, action]): Route => ({
        pattern: `${prefix}/${name}`,
        methods: {
          POST: async ({ request }) => {
            const { ids, deployment } = readBatch(await readJsonBody(request));
            return await forEach(ids, async (id) => {
              const outcome = await engine.control(action, id, action === "resume" ? deployment : undefined);
              const refusal = toControlRefusal(action, outcome, id);
              return refusal === undefined ? { done: id } : { error: toBatchMessage(refusal) };
            });
          },
        },
      }),
    ),
    {
      pattern: `${prefix}/restart-as-new`,
      methods: {
        POST: async ({ request }) => {
          const { ids, deployment } = readBatch(await readJsonBody(request));
          const options = deployment === undefined ? { from: 0 } : { from: 0, deployment };
          return await forEach(ids, async (id) => {
            const outcome = await engine.restartAsNew(id, options);
            return outcome.type === "restarted"
              ? { done: { old_invocation_id: id, new_invocation_id: outcome.invocationId } }
              : { error: toBatchMessage(toRestartRefusal(outcome, id)) };
          });
        },
      },
    },
  ];
}

type Result = { readonly done: unknown } | { readonly error: string };

async function forEach(ids: readonly string[], act: (id: string) => Promise<Result>): Promise<HttpResponse> {
  const succeeded: unknown[] = [];
  const failed: Failed[] = [];
  for (const id of ids) {
    const result = await act(id);
    if ("done" in result) succeeded.push(result.done);
    else failed.push({ invocation_id: id, error: result.error });
  }
  return jsonResponse(200, { succeeded, failed });
}

function readBatch(body: JsonBody): {
  readonly ids: readonly string[];
  readonly deployment: string | undefined;
} {
  const ids = body.array("invocation_ids").map((id, index) => {
    const problem = typeof id === "string" ? findInvocationIdProblem(id) : "expected a string";
    if (problem !== undefined) throw wrongShape(`invocation_ids[${index}]: ${problem}`);
    return id as string;
  });
  if (ids.length > BATCH_INVOCATIONS_MAX) {
    throw new AdminError(
      400,
      `Batch size ${ids.length} exceeds maximum allowed size of ${BATCH_INVOCATIONS_MAX}`,
    );
  }
  const deployment = body.optionalText("deployment");
  const problem = findDeploymentChoiceProblem(deployment);
  if (problem !== undefined) throw invalidField("deployment", problem);
  return { ids, deployment };
}
