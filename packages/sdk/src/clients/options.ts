import { type Duration, toMillis } from "../definition/duration.ts";
import type { JournalValueCodec } from "../definition/journal-value-codec.ts";
import type { Serde } from "../serde/serde.ts";
import type { RetryPolicy } from "./retry.ts";

/** What `connect` takes. */
export interface ConnectionOpts {
  /** Where the ingress listens, for example `http://localhost:8080`. It may have a path; slashes at the end do not count. */
  readonly url: string;
  /** Sent with every request, for example `authorization`. */
  readonly headers?: Record<string, string> | undefined;
  /**
   * Repeats requests that failed without a verdict and that are safe to repeat.
   * Off when absent; `true` for the defaults of {@link RetryPolicy}.
   */
  readonly retry?: RetryPolicy | boolean | undefined;
  /** For values whose definition and call name no serde. JSON when absent. */
  readonly serde?: Serde<unknown> | undefined;
  /**
   * The codec of the endpoints that this client calls.
   *
   * @experimental
   */
  readonly journalValueCodec?: JournalValueCodec | undefined;
  /**
   * Instead of the global `fetch`, for example one with its own connection pool.
   * Node's own gives up after five minutes without the head of an answer: to wait
   * longer pass one with other limits, or let `retry` attach again.
   */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** Options of a call, for `rpc.opts`. */
export interface IngressCallOptions<I = unknown, O = unknown> {
  /**
   * Requests to the same handler (and object key) with the same idempotency key
   * share one invocation and its result, for the retention that the handler
   * declares (a day by default). Printable ASCII.
   */
  readonly idempotencyKey?: string | undefined;
  /**
   * Counts against the concurrency limits of this key within the scope; one or
   * two levels parted by `/`. Only within a scope, see `Ingress.scope`.
   *
   * @experimental
   */
  readonly limitKey?: string | undefined;
  /** Seen by the handler in `ctx.request().headers`. */
  readonly headers?: Record<string, string> | undefined;
  /** For the input, instead of what the definition says. */
  readonly input?: Serde<I> | undefined;
  /** For the result, instead of what the definition says. */
  readonly output?: Serde<O> | undefined;
  /** How long one attempt may take until its answer has arrived in full, in milliseconds. Goes together with `signal`. */
  readonly timeout?: number | undefined;
  /** Ends the request and its retries. The invocation itself goes on. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of a send, for `rpc.sendOpts`. */
export interface IngressSendOptions<I = unknown> extends IngressCallOptions<I, void> {
  /** When the invocation starts, from now on; milliseconds when a number. At once when absent or 0. */
  readonly delay?: Duration | number | undefined;
}

/** Options of a call, told apart from the handler's input. Made by `rpc.opts`. */
export class Opts<I, O> {
  /** Tells options from inputs, across copies of this package too. */
  readonly "~opts" = "ingress" as const;
  readonly opts: IngressCallOptions<I, O>;

  static from<I = never, O = never>(opts: IngressCallOptions<I, O>): Opts<I, O> {
    return new Opts(opts);
  }

  constructor(opts: IngressCallOptions<I, O>) {
    this.opts = opts;
  }

  getOpts(): IngressCallOptions<I, O> {
    return this.opts;
  }
}

/** Options of a send, told apart from the handler's input. Made by `rpc.sendOpts`. */
export class SendOpts<I = unknown> {
  /** Tells options from inputs, across copies of this package too. */
  readonly "~opts" = "ingress" as const;
  readonly opts: IngressSendOptions<I>;

  static from<I = never>(opts: IngressSendOptions<I>): SendOpts<I> {
    return new SendOpts(opts);
  }

  constructor(opts: IngressSendOptions<I>) {
    this.opts = opts;
  }

  /** The delay in milliseconds, if there is one. */
  delay(): number | undefined {
    return this.opts.delay === undefined ? undefined : toMillis(this.opts.delay);
  }

  getOpts(): IngressSendOptions<I> {
    return this.opts;
  }
}

/** Options of calls and sends. */
export const rpc: {
  /**
   * Options of a call, as the client method's last argument.
   *
   * @example
   * await ingress.serviceClient(mailer).send(mail, rpc.opts({ idempotencyKey: mail.id }));
   */
  readonly opts: <I = never, O = never>(opts: IngressCallOptions<I, O>) => Opts<I, O>;
  /**
   * Options of a send, as the send client method's last argument.
   *
   * @example
   * await ingress.serviceSendClient(mailer).send(mail, rpc.sendOpts({ delay: { hours: 5 } }));
   */
  readonly sendOpts: <I = never>(opts: IngressSendOptions<I>) => SendOpts<I>;
} = {
  opts: (opts) => Opts.from(opts),
  sendOpts: (opts) => SendOpts.from(opts),
};

/**
 * The options in what `rpc.opts` or `rpc.sendOpts` made; undefined for anything
 * else. Those of the handlers' own `rpc` count too: they are a part of ours, and
 * to take them for the input would be a silent mistake.
 */
export function toOptions(value: unknown): IngressSendOptions<unknown> | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  // The method is looked for as well, since no input that came as JSON has one.
  const candidate = value as { "~opts"?: unknown; getOpts?: unknown };
  if (typeof candidate["~opts"] !== "string" || typeof candidate.getOpts !== "function") return undefined;
  return candidate.getOpts() as IngressSendOptions<unknown>;
}
