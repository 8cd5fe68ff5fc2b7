import type { BoundEndpoint, BoundHandler } from "../definition/bound.ts";
import type { JournalValueCodec } from "../definition/journal-value-codec.ts";
import { type LoggerTransport, LogSource, type RestateLogLevel } from "../definition/logger.ts";
import { RestateError, toError } from "../errors.ts";
import { startAttempt } from "../invocation/attempt.ts";
import { createAttemptLog } from "../invocation/log.ts";
import type { Runtime } from "../invocation/runtime.ts";
import type { JournalInspector } from "../journal/inspector.ts";
import { toManifestJson } from "../protocol/manifest.ts";
import {
  fromInvocationContentType,
  type ProtocolVersion,
  toManifestContentType,
  toManifestVersion,
} from "../protocol/versions.ts";
import { TransientSet } from "../transient.ts";
import { collectBody } from "./body.ts";
import { ByteLink } from "./byte-link.ts";
import { CodecLink } from "./codec-link.ts";
import { toManifest } from "./discovery.ts";
import { DISCARD, type EndpointRequest, type EndpointResponse } from "./exchange.ts";
import { createIdentityCheck, type IdentityCheck } from "./identity-check.ts";
import {
  findHandler,
  REFUSE_WHILE_STOPPING,
  refuseAccept,
  refuseContentType,
  refuseMethod,
  refusePath,
  refuseSerde,
  show,
} from "./refusals.ts";
import { type Answer, sendAnswer, toErrorAnswer, toJsonAnswer } from "./responses.ts";
import { matchRoute, type Route } from "./router.ts";
import { answerPreview, findPreviewSerde } from "./serdes-preview.ts";

/** What an adapter knows of its transport. */
export interface TransportOptions {
  readonly runtime: Runtime;
  readonly lambdaCompression?: "zstd" | undefined;
  /** Who looks into the journal of an attempt of this handler; for tests. */
  readonly inspect?: ((handler: BoundHandler) => JournalInspector) | undefined;
}

interface Exchange {
  readonly request: EndpointRequest;
  readonly response: EndpointResponse;
}

interface Target {
  readonly handler: BoundHandler;
  readonly version: ProtocolVersion;
}

/**
 * An endpoint without its transport: every adapter hands its requests to one of these.
 *
 * Owns: which request gets which answer. Does not own: paths (`router.ts`), the
 * bytes of an attempt (`byte-link.ts`), attempts (`invocation/`).
 *
 * 1. Every request gets exactly one response, whatever is wrong with it.
 * 2. Nothing but `/health` is answered before the request's identity is proven.
 * 3. A fault in one exchange touches no other.
 */
export class RequestHandler {
  readonly endpoint: BoundEndpoint;
  readonly #transport: TransportOptions;
  readonly #identityCheck: IdentityCheck | undefined;
  readonly #active = new TransientSet<ByteLink>();
  #codec: Promise<JournalValueCodec> | undefined;
  #stopping = false;
  /** Hears that the last attempt is gone. */
  #drained: (() => void) | undefined;

  /** Throws a `TypeError` if the identity keys are not valid. */
  constructor(endpoint: BoundEndpoint, transport: TransportOptions) {
    this.endpoint = endpoint;
    this.#transport = transport;
    this.#identityCheck = createIdentityCheck(this.endpoint.identityKeys);
  }

  handle(request: EndpointRequest, response: EndpointResponse): void {
    const exchange = { request, response };
    const route = matchRoute(request.method, request.path);
    if (route.type === "health") {
      answerEarly(exchange, HEALTHY);
    } else if (this.#identityCheck === undefined) {
      this.#dispatch(route, exchange);
    } else {
      this.#identityCheck(request).then(
        () => this.#dispatch(route, exchange),
        (error: unknown) => this.#refuseUnproven(exchange, error),
      );
    }
  }

  /** How many attempts hold a connection. */
  get activeAttempts(): number {
    return this.#active.size;
  }

  /**
   * Makes running attempts suspend as soon as they can, and refuses new ones with
   * 503. Resolves when no attempt is left.
   */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const link of this.#active.values()) link.suspend();
    if (this.#active.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#drained = resolve;
    });
  }

  log(level: RestateLogLevel, ...message: unknown[]): void {
    const logger: LoggerTransport = this.endpoint.logger ?? createAttemptLog();
    try {
      logger({ source: LogSource.SYSTEM, level, replaying: false }, ...message);
    } catch {
      // A logger that fails must not fail the request, and there is nobody to tell.
    }
  }

  #dispatch(route: Route, exchange: Exchange): void {
    try {
      this.#answer(route, exchange);
    } catch (error) {
      this.#failed(exchange, error);
    }
  }

  #answer(route: Route, exchange: Exchange): void {
    switch (route.type) {
      case "invoke":
        this.#invoke(route, exchange);
        break;
      case "serdes":
        this.#preview(route, exchange);
        break;
      case "discover":
        this.#discover(exchange);
        break;
      case "health":
        answerEarly(exchange, HEALTHY);
        break;
      case "wrongMethod":
        this.#refuse(exchange, refuseMethod(exchange.request, route.allowed));
        break;
      case "notFound":
        this.#refuse(exchange, refusePath(exchange.request.path));
        break;
    }
  }

  #discover(exchange: Exchange): void {
    const accept = exchange.request.header("accept");
    const version = toManifestVersion(accept);
    if (version === undefined) {
      this.#refuse(exchange, refuseAccept(accept));
      return;
    }
    const { lambdaCompression } = this.#transport;
    const { bidirectional } = exchange.request;
    const manifest = toManifest(this.endpoint, { bidirectional, lambdaCompression });
    const json = JSON.stringify(toManifestJson(manifest, version));
    answerEarly(exchange, toJsonAnswer(toManifestContentType(version), json));
  }

  #invoke(route: Route & { readonly type: "invoke" }, exchange: Exchange): void {
    const target = this.#findTarget(route, exchange.request);
    if ("status" in target) {
      this.#refuse(exchange, target);
      return;
    }
    const provider = this.endpoint.journalValueCodecProvider;
    if (provider === undefined) {
      this.#start(exchange, target, undefined);
      return;
    }
    this.#loadCodec(provider).then(
      (codec) => this.#start(exchange, target, codec),
      (error: unknown) => this.#failed(exchange, error),
    );
  }

  #findTarget(route: Route & { readonly type: "invoke" }, request: EndpointRequest): Target | Answer {
    if (this.#stopping) return REFUSE_WHILE_STOPPING;
    const handler = findHandler(this.endpoint, route.service, route.handler);
    if ("status" in handler) return handler;
    const contentType = request.header("content-type");
    const version = fromInvocationContentType(contentType);
    return version === undefined ? refuseContentType(contentType) : { handler, version };
  }

  #start(exchange: Exchange, target: Target, codec: JournalValueCodec | undefined): void {
    const { request } = exchange;
    const { handler, version } = target;
    const link = new ByteLink({ ...exchange, version, released: () => this.#release(link) });
    this.#active.add(link);
    if (this.#stopping) link.suspend();
    try {
      startAttempt({
        handler,
        version,
        link: codec === undefined ? link : new CodecLink(link, codec),
        attemptHeaders: () => request.headers(),
        extraArgs: request.extraArgs,
        runtime: this.#transport.runtime,
        logger: this.endpoint.logger,
        comparePayloads: codec === undefined,
        inspector: this.#transport.inspect?.(handler),
      });
    } catch (error) {
      this.log("error", `An attempt of ${handler.service}/${handler.name} could not start:`, error);
      link.abort(error);
    }
  }

  #release(link: ByteLink): void {
    this.#active.delete(link);
    if (this.#active.size === 0) this.#drained?.();
  }

  #preview(route: Route & { readonly type: "serdes" }, exchange: Exchange): void {
    const service = this.endpoint.services.get(route.service);
    const serde = service === undefined ? undefined : findPreviewSerde(service, route.serde);
    if (serde === undefined) {
      this.#refuse(exchange, refuseSerde(route.service, route.serde));
      return;
    }
    collectBody(exchange.request)
      .then((body) => answerPreview(serde, route.operation, body))
      .then(
        (answer) => sendAnswer(exchange.response, answer),
        (reason: unknown) => exchange.response.abort(reason),
      );
  }

  /** Made once, with the first request that needs it; a failure is not remembered. */
  #loadCodec(provider: () => Promise<JournalValueCodec>): Promise<JournalValueCodec> {
    this.#codec ??= Promise.resolve()
      .then(provider)
      .catch((cause: unknown) => {
        this.#codec = undefined;
        throw new RestateError(`The journal value codec cannot be made: ${toError(cause).message}`, {
          cause,
        });
      });
    return this.#codec;
  }

  #refuse(exchange: Exchange, answer: Answer): void {
    const { method, path } = exchange.request;
    const level = answer === REFUSE_WHILE_STOPPING ? "info" : "warn";
    this.log(level, `Answered ${method ?? "a request"} ${show(path)} with ${answer.status}`);
    answerEarly(exchange, answer);
  }

  #refuseUnproven(exchange: Exchange, error: unknown): void {
    this.log("warn", `Refused a request to ${show(exchange.request.path)}: ${toError(error).message}`);
    answerEarly(exchange, toErrorAnswer(401, "Unauthorized"));
  }

  #failed(exchange: Exchange, thrown: unknown): void {
    const error = toError(thrown);
    this.log("error", `A request to ${show(exchange.request.path)} failed:`, error);
    const hint = error instanceof RestateError && error.hint !== undefined ? ` ${error.hint}` : "";
    answerEarly(exchange, toErrorAnswer(500, error.message + hint));
  }
}

const HEALTHY: Answer = {
  status: 200,
  contentType: "application/text",
  body: new TextEncoder().encode("OK"),
};

/** Answers without regard to the request's body, which is read all the same: some clients wait for that. */
function answerEarly({ request, response }: Exchange, answer: Answer): void {
  request.read(DISCARD);
  sendAnswer(response, answer);
}
