import {
  type Context,
  type ObjectContext,
  object,
  service,
  type WorkflowContext,
  workflow,
} from "@perdure/sdk";
import { note } from "../../places/probe.ts";

/** What a handler can know of its request. */
export interface RequestFacts {
  readonly target: { readonly service: string; readonly handler: string; readonly key?: string };
  readonly targetText: string;
  readonly id: string;
  readonly headers: Record<string, string>;
  readonly attemptHeaders: Record<string, unknown>;
  readonly body: string;
  readonly extraArgs: unknown[];
  readonly idempotencyKey: string;
  readonly scope: string;
}

function factsOf(ctx: Context): RequestFacts {
  const request = ctx.request();
  const { service, handler, key } = request.target;
  return {
    target: { service, handler, ...(key !== undefined && { key }) },
    targetText: String(request.target),
    id: request.id,
    headers: Object.fromEntries(request.headers),
    attemptHeaders: Object.fromEntries(request.attemptHeaders),
    body: new TextDecoder().decode(request.body),
    extraArgs: request.extraArgs,
    idempotencyKey: request.idempotencyKey ?? "none",
    scope: request.scope ?? "none",
  };
}

export const requested = service({
  name: "Requested",
  handlers: {
    facts: async (ctx: Context, _input: unknown) => factsOf(ctx),
    /** The id and the body are the same in every attempt, the signal is the attempt's own. */
    attempts: async (ctx: Context, name: string) => {
      const { id, attemptCompletedSignal } = ctx.request();
      note(`${name} ids`, id);
      note(`${name} open`, attemptCompletedSignal.aborted);
      attemptCompletedSignal.addEventListener("abort", () => void note(`${name} ended`));
      for (let i = 0; i < 3; i++) await ctx.sleep(1);
      return id;
    },
    fails: async (ctx: Context, name: string) => {
      ctx.request().attemptCompletedSignal.addEventListener("abort", () => void note(`${name} ended`));
      if (note(name) < 3) throw new Error("again");
      return "done";
    },
  },
});

export const requestedObject = object({
  name: "RequestedObject",
  handlers: { facts: async (ctx: ObjectContext) => factsOf(ctx) },
});

export const requestedWorkflow = workflow({
  name: "RequestedWorkflow",
  handlers: { run: async (ctx: WorkflowContext) => factsOf(ctx) },
});

export const requestServices = [requested, requestedObject, requestedWorkflow];
