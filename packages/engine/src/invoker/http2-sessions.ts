import { type ClientHttp2Session, connect } from "node:http2";
import type { Clock } from "../clock/clock.ts";
import { CONNECT_TIMEOUT_MS } from "./http-transport.ts";

/** How many streams are open on one connection, if the other side allows as many. */
export const STREAMS_PER_SESSION_MAX = 256;

/** How many connections are open to one origin; further attempts wait. */
export const SESSIONS_PER_ORIGIN_MAX = 32;

/** How long a connection without a stream is kept. */
export const SESSION_IDLE_MS = 60_000;

/** How often the other side is asked whether it is still there, and how long it has to answer. */
export const PING_INTERVAL_MS = 40_000;
export const PING_TIMEOUT_MS = 20_000;

/** What may be on its way to us, for a stream and for a connection. */
const STREAM_WINDOW_BYTES: number = 1024 * 1024;
const SESSION_WINDOW_BYTES: number = 8 * 1024 * 1024;

export interface SessionOptions {
  readonly clock: Clock;
  readonly connectTimeoutMs?: number | undefined;
  readonly streamsPerSessionMax?: number | undefined;
  readonly sessionsPerOriginMax?: number | undefined;
}

/** The right to open one stream, until it is given back. */
export interface StreamLease {
  readonly session: ClientHttp2Session;
  /** Called once, when the stream is closed. */
  release(): void;
}

export interface Waiting {
  granted(lease: StreamLease): void;
  failed(error: unknown): void;
}

/**
 * The HTTP/2 connections to one origin.
 *
 * 1. A connection is opened when no open one has a free stream, one at a time.
 * 2. Who waits longest gets the next free stream.
 * 3. When no connection can be had, all who wait are told.
 */
export class OriginSessions {
  readonly #origin: string;
  readonly #options: SessionOptions;
  readonly #emptied: () => void;
  readonly #sessions = new Set<PooledSession>();
  readonly #waiting = new Set<Waiting>();
  #connecting = false;

  /** `emptied` is called when there is no connection any more and nobody who waits for one. */
  constructor(origin: string, options: SessionOptions, emptied: () => void) {
    this.#origin = origin;
    this.#options = options;
    this.#emptied = emptied;
  }

  /** The result takes the request back, if it was not granted yet. */
  acquire(waiting: Waiting): () => void {
    this.#waiting.add(waiting);
    this.#serve();
    return () => this.#waiting.delete(waiting);
  }

  close(): void {
    for (const session of this.#sessions) session.destroy(new Error("The engine is closing"));
  }

  #serve(): void {
    for (const waiting of this.#waiting) {
      const free = this.#findFree();
      if (free === undefined) break;
      this.#waiting.delete(waiting);
      waiting.granted(free.lease());
    }
    const max = this.#options.sessionsPerOriginMax ?? SESSIONS_PER_ORIGIN_MAX;
    if (this.#waiting.size > 0 && !this.#connecting && this.#sessions.size < max) this.#connect();
  }

  #findFree(): PooledSession | undefined {
    for (const session of this.#sessions) if (session.hasFree) return session;
    return undefined;
  }

  #connect(): void {
    this.#connecting = true;
    const session = new PooledSession(this.#origin, this.#options, {
      connected: () => {
        this.#connecting = false;
        this.#serve();
      },
      freed: () => this.#serve(),
      closed: (error, everConnected) => {
        this.#sessions.delete(session);
        if (everConnected) this.#serve();
        else {
          this.#connecting = false;
          if (this.#sessions.size === 0) this.#failAll(error);
        }
        if (this.#sessions.size === 0 && this.#waiting.size === 0) this.#emptied();
      },
    });
    this.#sessions.add(session);
  }

  #failAll(error: unknown): void {
    const all = [...this.#waiting];
    this.#waiting.clear();
    for (const waiting of all) waiting.failed(error);
  }
}

interface SessionEvents {
  connected(): void;
  /** A stream was closed. */
  freed(): void;
  closed(error: unknown, everConnected: boolean): void;
}

class PooledSession {
  readonly #session: ClientHttp2Session;
  readonly #options: SessionOptions;
  readonly #events: SessionEvents;
  #connected = false;
  #goingAway = false;
  #streams = 0;
  #error: unknown;
  #clearTimer: (() => void) | undefined;

  constructor(origin: string, options: SessionOptions, events: SessionEvents) {
    this.#options = options;
    this.#events = events;
    this.#session = connect(origin, {
      settings: { initialWindowSize: STREAM_WINDOW_BYTES, enablePush: false },
    });
    const { connectTimeoutMs = CONNECT_TIMEOUT_MS } = options;
    this.#setTimer(connectTimeoutMs, () =>
      this.destroy(new Error(`No connection came about within ${connectTimeoutMs} ms`)),
    );
    // Only now it is known how many streams the other side allows.
    this.#session.once("remoteSettings", () => this.#connect());
    this.#session.on("goaway", () => {
      this.#goingAway = true;
    });
    this.#session.on("error", (error) => {
      this.#error ??= error;
    });
    this.#session.on("close", () => {
      this.#clearTimer?.();
      events.closed(this.#error ?? new Error("The connection was closed"), this.#connected);
    });
  }

  get hasFree(): boolean {
    if (!this.#connected || this.#goingAway || this.#session.closed || this.#session.destroyed) return false;
    const ownMax = this.#options.streamsPerSessionMax ?? STREAMS_PER_SESSION_MAX;
    const theirMax = this.#session.remoteSettings?.maxConcurrentStreams ?? ownMax;
    return this.#streams < Math.min(ownMax, theirMax);
  }

  lease(): StreamLease {
    this.#streams += 1;
    if (this.#streams === 1) this.#setTimer(PING_INTERVAL_MS, () => this.#ping());
    let released = false;
    return {
      session: this.#session,
      release: () => {
        if (released) return;
        released = true;
        this.#release();
      },
    };
  }

  destroy(error: Error): void {
    this.#error ??= error;
    this.#session.destroy(error);
  }

  #connect(): void {
    this.#connected = true;
    this.#session.setLocalWindowSize(SESSION_WINDOW_BYTES);
    this.#setTimer(SESSION_IDLE_MS, () => this.#session.close());
    this.#events.connected();
  }

  #release(): void {
    this.#streams -= 1;
    if (this.#session.destroyed) return;
    if (this.#streams === 0) this.#setTimer(SESSION_IDLE_MS, () => this.#session.close());
    this.#events.freed();
  }

  #ping(): void {
    const sent = this.#session.ping((error: Error | null) => {
      if (error === null && this.#streams > 0) this.#setTimer(PING_INTERVAL_MS, () => this.#ping());
    });
    if (!sent) return;
    this.#setTimer(PING_TIMEOUT_MS, () => {
      this.destroy(new Error(`The other side did not answer a ping within ${PING_TIMEOUT_MS} ms`));
    });
  }

  /** There is one timer at a time: to connect, to ping, or to close when idle. */
  #setTimer(delayMs: number, fire: () => void): void {
    this.#clearTimer?.();
    this.#clearTimer = undefined;
    const { clock } = this.#options;
    this.#clearTimer = clock.setTimer(clock.now() + delayMs, fire);
  }
}
