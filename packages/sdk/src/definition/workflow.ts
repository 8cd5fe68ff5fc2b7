import type { WorkflowContext, WorkflowSharedContext } from "./context.ts";
import type { WorkflowDefinition } from "./core.ts";
import { createDefinition, type DefinitionConfig, type KindRule } from "./definition.ts";
import type { WorkflowOptions } from "./options.ts";

/** The names that workflow clients use for themselves. */
export const RESERVED_WORKFLOW_HANDLERS = ["workflowSubmit", "workflowAttach", "workflowOutput"] as const;

type ReservedName = (typeof RESERVED_WORKFLOW_HANDLERS)[number];

// biome-ignore lint/suspicious/noExplicitAny: "a context of any state" cannot be said otherwise; no value gets this type
type AnyRun = (ctx: WorkflowContext<any>, input: never) => Promise<unknown>;

// biome-ignore lint/suspicious/noExplicitAny: see AnyRun
type AnyShared = (ctx: WorkflowSharedContext<any>, input: never) => Promise<unknown>;

/** The handlers `U` of a workflow, each as it is if it is one, else as it should be or why it cannot be. */
export type WorkflowOpts<U> = { run: unknown } & {
  [K in keyof U]: K extends ReservedName
    ? `${K} is a reserved keyword`
    : K extends "run"
      ? U[K] extends AnyRun
        ? U[K]
        : (ctx: WorkflowContext, input?: unknown) => Promise<unknown>
      : U[K] extends AnyShared
        ? U[K]
        : (ctx: WorkflowSharedContext, input?: unknown) => Promise<unknown>;
};

const RUN: KindRule = { bare: "workflow", allowed: ["workflow"] };
const OTHER: KindRule = { bare: "shared", allowed: ["shared"] };

/**
 * Defines a workflow: `run` runs once per key, the other handlers may be called
 * while it runs and after, to ask it or to tell it something.
 *
 * Throws a `TypeError` if the name or `run` is missing, if a handler is of the
 * wrong kind, or if one has a reserved name (`workflowSubmit`, `workflowAttach`,
 * `workflowOutput`).
 *
 * @example
 * const order = workflow({
 *   name: "order",
 *   handlers: {
 *     run: async (ctx: WorkflowContext, item: string) => {
 *       const payment = await ctx.promise<string>("paid");
 *       return `${item} paid by ${payment}`;
 *     },
 *     paid: async (ctx: WorkflowSharedContext, payment: string) => {
 *       await ctx.promise<string>("paid").resolve(payment);
 *     },
 *   },
 * });
 */
export function workflow<P extends string, M>(workflow: {
  name: P;
  handlers: WorkflowOpts<M> & ThisType<M>;
  description?: string | undefined;
  metadata?: Record<string, string> | undefined;
  options?: WorkflowOptions | undefined;
}): WorkflowDefinition<P, M> {
  return createWorkflow(workflow) as unknown as WorkflowDefinition<P, M>;
}

/** Also for `implement`, which has checked the types in its own way. */
export function createWorkflow(config: DefinitionConfig): unknown {
  const definition = createDefinition("workflow", config, (handler) => (handler === "run" ? RUN : OTHER));
  if (!("run" in definition._handlers)) {
    throw new TypeError(`workflow("${config.name}"): the handler "run" is missing; every workflow has one`);
  }
  for (const name of RESERVED_WORKFLOW_HANDLERS) {
    if (name in definition._handlers) {
      throw new TypeError(
        `workflow("${config.name}"): the handler name "${name}" is reserved; rename the handler`,
      );
    }
  }
  return definition;
}
