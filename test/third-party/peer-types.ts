import type { InvocationId } from "@perdure/sdk";

/** What the handlers of `peer.ts` take and give, as their callers on the other side see it. */

export type Side = "Perdure" | "Official";

export interface Failure {
  readonly message: string;
  readonly code: number;
  readonly metadata?: Record<string, string>;
}

/** What a caught error was, in a form that can be a result. */
export interface Caught {
  readonly terminal: boolean;
  readonly cancelled: boolean;
  readonly timeout: boolean;
  readonly message: string;
  readonly code: number;
  readonly metadata: Readonly<Record<string, string>> | undefined;
}

/** How often each side effect was executed. */
export interface Executions {
  steady: number;
  flaky: number;
  hopeless: number;
}

/** The handlers of `<Side>Callee`, which the other side calls. */
export interface Callee {
  greet(ctx: unknown, name: string): Promise<string>;
  nothing(ctx: unknown): Promise<void>;
  reverse(ctx: unknown, bytes: Uint8Array): Promise<Uint8Array>;
  headers(ctx: unknown): Promise<Record<string, string>>;
  identity(ctx: unknown): Promise<string>;
  fail(ctx: unknown, failure: Failure): Promise<string>;
  slow(ctx: unknown, how: { ms: number; started?: string }): Promise<string>;
  resolve(ctx: unknown, completion: { id: string; value: unknown }): Promise<void>;
  reject(ctx: unknown, completion: { id: string; failure: Failure | string }): Promise<void>;
  signal(ctx: unknown, to: { id: InvocationId; name: string; value: unknown }): Promise<void>;
  rejectSignal(ctx: unknown, to: { id: InvocationId; name: string; failure: Failure }): Promise<void>;
  waitForSignal(ctx: unknown, how: { name: string; started: string }): Promise<unknown>;
}

export interface Keyed {
  append(ctx: unknown, line: string): Promise<number>;
  lines(ctx: unknown): Promise<string[]>;
}

export interface Flow {
  run(ctx: unknown, greeting: string): Promise<string>;
  name(ctx: unknown, name: string): Promise<void>;
}

/** What a test calls on `<Side>Caller`. */
export interface Caller {
  calls(
    ctx: unknown,
    key: string,
  ): Promise<{
    greeting: string;
    nothing: string;
    counts: number[];
    lines: string[];
    workflow: string;
    again: Caught;
  }>;
  bytes(ctx: unknown): Promise<number[][]>;
  concurrent(ctx: unknown, count: number): Promise<string[]>;
  headers(ctx: unknown): Promise<Record<string, string>>;
  idempotent(ctx: unknown, idempotencyKey: string): Promise<string[]>;
  sends(ctx: unknown, to: { key: string; count: number }): Promise<void>;
  sendsAndAttaches(ctx: unknown): Promise<string[]>;
  failures(ctx: unknown, failure: Failure): Promise<Caught[]>;
  failsThrough(ctx: unknown, failure: Failure): Promise<string>;
  awakeables(
    ctx: unknown,
    value: unknown,
  ): Promise<{ resolved: unknown; rejected: Caught; rejectedByText: Caught }>;
  signals(ctx: unknown, value: unknown): Promise<{ good: unknown; bad: Caught }>;
  signalsCallee(ctx: unknown, value: unknown): Promise<unknown>;
  runs(
    ctx: unknown,
    key: string,
  ): Promise<{ steady: number; flaky: number; refused: Caught; hopeless: Caught; executions: Executions }>;
  timeouts(ctx: unknown): Promise<Caught>;
  cancelsSent(ctx: unknown): Promise<{ id: string; caught: Caught }>;
  waits(ctx: unknown): Promise<{ childId: string; cancelled: Caught; compensation: string }>;
}
