import type { ControlAction, EngineApi } from "../engine-api.ts";
import { emptyResponse, type HttpResponse, jsonResponse } from "../http/message.ts";
import { queryParameter } from "../http/query.ts";
import { AdminError } from "./admin-error.ts";
import { toControlRefusal, toMessage, toRestartRefusal } from "./control-outcomes.ts";
import { readDeploymentChoice, readIndex, readInvocationId, wrongQuery } from "./params.ts";
import type { Route, RouteContext } from "./router.ts";

/** What operators do to one invocation. */

export const ACTIONS: Readonly<Record<string, ControlAction>> = {
  cancel: "cancel",
  kill: "kill",
  pause: "pause",
  resume: "resume",
  purge: "purge",
  "purge-journal": "purgeJournal",
};

export function invocationRoutes(engine: EngineApi): readonly Route[] {
  return [
    ...Object.entries(ACTIONS).map(
      ([name, action]): Route => ({
        pattern: `/invocations/{invocation}/${name}`,
        methods: { PATCH: (context) => control(engine, action, context) },
      }),
    ),
    {
      pattern: "/invocations/{invocation}/restart-as-new",
      methods: { PATCH: (context) => restart(engine, context) },
    },
    {
      pattern: "/invocations/{invocation}",
      methods: { DELETE: (context) => controlBlindly(engine, context) },
    },
  ];
}

async function control(
  engine: EngineApi,
  action: ControlAction,
  context: RouteContext,
): Promise<HttpResponse> {
  const id = readInvocationId(context);
  const deployment = action === "resume" ? readDeploymentChoice(context) : undefined;
  const outcome = await engine.control(action, id, deployment);
  const refusal = toControlRefusal(action, outcome, id);
  if (refusal !== undefined) throw new AdminError(refusal.status, toMessage(refusal, id));
  return emptyResponse(outcome.type === "underWay" ? 202 : 200);
}

async function restart(engine: EngineApi, context: RouteContext): Promise<HttpResponse> {
  const from = readIndex(context, "from");
  const id = readInvocationId(context);
  const deployment = readDeploymentChoice(context);
  const outcome = await engine.restartAsNew(id, {
    from,
    ...(deployment === undefined ? {} : { deployment }),
  });
  if (outcome.type === "restarted") return jsonResponse(200, { new_invocation_id: outcome.invocationId });
  const refusal = toRestartRefusal(outcome, id);
  throw new AdminError(refusal.status, toMessage(refusal, id));
}

const BLIND_MODES = ["cancel", "kill", "purge"] as const;

/** The old form, which does not tell how it ended. */
async function controlBlindly(engine: EngineApi, context: RouteContext): Promise<HttpResponse> {
  const text = queryParameter(context.request.query, "mode") ?? "cancel";
  const mode = BLIND_MODES.find((name) => text === name || text === name[0]?.toUpperCase() + name.slice(1));
  if (mode === undefined) throw wrongQuery("mode", `\`${text}\` is none of cancel, kill, purge`);
  await engine.control(mode, readInvocationId(context));
  return emptyResponse(202);
}
