import type { Serde } from "../serde/serde.ts";
import type { ByInput } from "./by-input.ts";
import type { HandlerDescriptor, InferInput, InferOutput } from "./descriptor.ts";
import type { Duration } from "./duration.ts";
import type { InvocationHandle, InvocationPromise } from "./promises.ts";

/** What can be said with any request to a handler. */
interface ClientRequestOptions<I> {
  /** For the input, instead of what the handler's definition says. */
  readonly input?: Serde<I> | undefined;
  /** Requests to the same handler (and key) with the same idempotency key share one invocation. */
  readonly idempotencyKey?: string | undefined;
  /**
   * Counts against the concurrency limits of this key within the scope; one or
   * two levels parted by `/`, each 1 to 36 of `a-z A-Z 0-9 _ . -`. Needs a scope
   * and protocol v7.
   */
  readonly limitKey?: string | undefined;
  /** Seen by the callee in `ctx.request().headers`. */
  readonly headers?: Record<string, string> | undefined;
  /** Shown to operators in the journal. */
  readonly name?: string | undefined;
}

/** Options of a call, for `rpc.opts`. */
export interface ClientCallOptions<I, O> extends ClientRequestOptions<I> {
  /** For the result, instead of what the handler's definition says. */
  readonly output?: Serde<O> | undefined;
}

/** Options of a send, for `rpc.sendOpts`. */
export interface ClientSendOptions<I> extends ClientRequestOptions<I> {
  /** When the invocation starts, from now on; milliseconds when a number. At once when absent or not positive. */
  readonly delay?: Duration | number | undefined;
}

/** Options of a call, told apart from the handler's input. Made by `rpc.opts`. */
export class Opts<I, O> {
  /** Tells the two kinds apart, across copies of this package too. */
  readonly "~opts" = "call" as const;
  private readonly opts: ClientCallOptions<I, O>;

  private constructor(opts: ClientCallOptions<I, O>) {
    this.opts = opts;
  }

  static from<I = never, O = never>(opts: ClientCallOptions<I, O>): Opts<I, O> {
    return new Opts(opts);
  }

  getOpts(): ClientCallOptions<I, O> {
    return this.opts;
  }
}

/** Options of a send, told apart from the handler's input. Made by `rpc.sendOpts`. */
export class SendOpts<I> {
  /** Tells the two kinds apart, across copies of this package too. */
  readonly "~opts" = "send" as const;
  private readonly opts: ClientSendOptions<I>;

  private constructor(opts: ClientSendOptions<I>) {
    this.opts = opts;
  }

  static from<I = never>(opts: ClientSendOptions<I>): SendOpts<I> {
    return new SendOpts(opts);
  }

  getOpts(): ClientSendOptions<I> {
    return this.opts;
  }
}

/** Whether `value` came from `rpc.opts`. */
export function isOpts(value: unknown): value is Opts<unknown, unknown> {
  return optsKind(value) === "call";
}

/** Whether `value` came from `rpc.sendOpts`. */
export function isSendOpts(value: unknown): value is SendOpts<unknown> {
  return optsKind(value) === "send";
}

/** The method is looked for as well, since no input that came as JSON has one. */
function optsKind(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const candidate = value as { "~opts"?: string; getOpts?: unknown };
  return typeof candidate.getOpts === "function" ? candidate["~opts"] : undefined;
}

// In both, the handler that is called decides on the types first, so that serdes
// of any type (`serde.json`) fit; without one, the serdes given decide.

/** The type of `rpc.opts`. */
export interface OptsFactory {
  <I = never, O = never>(opts: ClientCallOptions<NoInfer<I>, NoInfer<O>>): Opts<I, O>;
  <I = never, O = never>(opts: ClientCallOptions<I, O>): Opts<I, O>;
}

/** The type of `rpc.sendOpts`. */
export interface SendOptsFactory {
  <I = never>(opts: ClientSendOptions<NoInfer<I>>): SendOpts<I>;
  <I = never>(opts: ClientSendOptions<I>): SendOpts<I>;
}

/** Options of calls and sends. */
export const rpc: {
  /**
   * Options of a call, as the client method's last argument.
   *
   * @example
   * await ctx.serviceClient(mailer).send(mail, rpc.opts({ idempotencyKey: mail.id }));
   */
  readonly opts: OptsFactory;
  /**
   * Options of a send, as the send client method's last argument.
   *
   * @example
   * ctx.serviceSendClient(mailer).send(mail, rpc.sendOpts({ delay: { hours: 5 } }));
   */
  readonly sendOpts: SendOptsFactory;
} = {
  opts: <I, O>(opts: ClientCallOptions<I, O>) => Opts.from(opts),
  sendOpts: <I>(opts: ClientSendOptions<I>) => SendOpts.from(opts),
};

/** The input type in the arguments that follow the context. */
export type InferArg<P> = P extends readonly [(infer A)?, ...unknown[]] ? A : unknown;

/** A client that calls the handlers `M` and waits for their results. */
export type Client<M> = {
  [K in keyof M as M[K] extends never ? never : K]: M[K] extends (
    ctx: never,
    ...args: infer P
  ) => PromiseLike<infer O>
    ? (...args: [...P, opts?: Opts<InferArg<P>, O>]) => InvocationPromise<O>
    : never;
};

/** A client that sends to the handlers `M` and does not wait. */
export type SendClient<M> = {
  [K in keyof M as M[K] extends never ? never : K]: M[K] extends (ctx: never, ...args: infer P) => unknown
    ? (...args: [...P, opts?: SendOpts<InferArg<P>>]) => InvocationHandle
    : never;
};

/** Like {@link Client}, for the handlers of a contract. */
export type ClientFromDescriptors<H extends Record<string, HandlerDescriptor>> = {
  readonly [K in keyof H]: (
    ...args: DescriptorArgs<InferInput<H[K]>, Opts<InferInput<H[K]>, InferOutput<H[K]>>>
  ) => InvocationPromise<InferOutput<H[K]>>;
};

/** Like {@link SendClient}, for the handlers of a contract. */
export type SendClientFromDescriptors<H extends Record<string, HandlerDescriptor>> = {
  readonly [K in keyof H]: (
    ...args: DescriptorArgs<InferInput<H[K]>, SendOpts<InferInput<H[K]>>>
  ) => InvocationHandle;
};

/** What a client's method takes for an input of type `I`. */
type DescriptorArgs<I, Options> = ByInput<
  I,
  [opts?: Options],
  [input?: I, opts?: Options],
  [input: I, opts?: Options]
>;
