import { FRAME_BYTES_MAX } from "@perdure/sdk/internal";
import { formatDuration } from "../http/duration.ts";
import type { FaceAddress } from "../http/face.ts";
import { INGRESS_BODY_BYTES_MAX } from "../ingress/ingress.ts";
import { BUSY_ATTEMPTS_MAX } from "../invoker/busy-limit.ts";
import { IDLE_ATTEMPTS_MAX } from "../invoker/idle-limit.ts";
import { ENGINE_DEFAULTS } from "../registry/engine-defaults.ts";
import {
  type Reader,
  readAddress,
  readBytes,
  readChoice,
  readCount,
  readDuration,
  readFactor,
  readHeaderText,
  readLimit,
  readPositiveDuration,
  readText,
} from "./values.ts";

/** What both commands can be told about the engine. */
export interface EngineSettings {
  readonly ingress: FaceAddress;
  readonly admin: FaceAddress;
  /** `undefined`: nothing is kept. */
  readonly data: string | undefined;
  readonly clusterName: string;
  /** A file with the private key. */
  readonly identityKey: string | undefined;
  readonly inactivityTimeoutMs: number;
  readonly abortTimeoutMs: number;
  readonly retryInitialIntervalMs: number;
  readonly retryFactor: number;
  readonly retryMaxIntervalMs: number;
  /** `undefined`: unlimited. */
  readonly retryMaxAttempts: number | undefined;
  readonly retryOnMaxAttempts: "pause" | "kill";
  readonly journalRetentionMs: number;
  readonly idempotencyRetentionMs: number;
  readonly workflowRetentionMs: number;
  readonly sweepIntervalMs: number;
  readonly journalRetentionMsMax: number | undefined;
  readonly idempotencyRetentionMsMax: number | undefined;
  readonly workflowRetentionMsMax: number | undefined;
  readonly retryAttemptsMax: number | undefined;
  readonly bodyBytesMax: number;
  readonly messageBytesMax: number;
  readonly idleAttemptsMax: number;
  readonly busyAttemptsMax: number;
}

export type SettingGroup = "Where" | "Defaults of handlers" | "Retries" | "Retention" | "Limits";

/** One option of the command line: how it is written, read and explained. */
export interface Setting<T> {
  readonly flag: string;
  /** What stands for its value in the help. */
  readonly placeholder: string;
  readonly group: SettingGroup;
  readonly text: string;
  readonly read: Reader<T>;
  readonly fallback: T;
  /** The fallback in words; nothing if the text says it. */
  readonly shownFallback?: string;
}

type SettingTable = { readonly [K in keyof EngineSettings]: Setting<EngineSettings[K]> };

const { retryPolicy } = ENGINE_DEFAULTS;

/** All options of the engine, in the order of the help. */
export const SETTINGS: SettingTable = {
  ingress: {
    flag: "ingress",
    placeholder: "HOST:PORT",
    group: "Where",
    text: "Where clients call services. Port 0 takes any free one.",
    read: readAddress,
    fallback: { hostname: "127.0.0.1", port: 8080 },
    shownFallback: "127.0.0.1:8080",
  },
  admin: {
    flag: "admin",
    placeholder: "HOST:PORT",
    group: "Where",
    text: "Where operators register deployments and look after invocations. It asks for no password: keep it where only they reach it.",
    read: readAddress,
    fallback: { hostname: "127.0.0.1", port: 9070 },
    shownFallback: "127.0.0.1:9070",
  },
  data: {
    flag: "data",
    placeholder: "DIR",
    group: "Where",
    text: "The folder in which everything is kept, made if it is not there; one engine at a time may use it. Without it nothing is kept.",
    read: readText,
    fallback: undefined,
  },
  clusterName: {
    flag: "cluster-name",
    placeholder: "NAME",
    group: "Where",
    text: "What endpoints are told as the name of the cluster.",
    read: readHeaderText,
    fallback: "perdure",
    shownFallback: "perdure",
  },
  identityKey: {
    flag: "identity-key",
    placeholder: "FILE",
    group: "Where",
    text: "An Ed25519 private key (PKCS#8 PEM) that signs requests to endpoints. The public key, for their identityKeys, is printed at the start.",
    read: readText,
    fallback: undefined,
  },
  inactivityTimeoutMs: {
    flag: "inactivity-timeout",
    placeholder: "DURATION",
    group: "Defaults of handlers",
    text: "How long a handler may wait without a sign before it is asked to suspend; 0 at every wait.",
    read: readDuration,
    ...shown(ENGINE_DEFAULTS.inactivityTimeoutMs),
  },
  abortTimeoutMs: {
    flag: "abort-timeout",
    placeholder: "DURATION",
    group: "Defaults of handlers",
    text: "How long after that its attempt is broken off, to be retried.",
    read: readDuration,
    ...shown(ENGINE_DEFAULTS.abortTimeoutMs),
  },
  retryInitialIntervalMs: {
    flag: "retry-initial-interval",
    placeholder: "DURATION",
    group: "Retries",
    text: "How long to wait before the first retry.",
    read: readDuration,
    ...shown(retryPolicy.initialIntervalMs),
  },
  retryFactor: {
    flag: "retry-factor",
    placeholder: "NUMBER",
    group: "Retries",
    text: "How many times longer each wait is than the one before.",
    read: readFactor,
    fallback: retryPolicy.factor,
    shownFallback: String(retryPolicy.factor),
  },
  retryMaxIntervalMs: {
    flag: "retry-max-interval",
    placeholder: "DURATION",
    group: "Retries",
    text: "The longest wait.",
    read: readDuration,
    ...shown(retryPolicy.maxIntervalMs),
  },
  retryMaxAttempts: {
    flag: "retry-max-attempts",
    placeholder: "COUNT",
    group: "Retries",
    text: "How many attempts there are, the first one among them, or unlimited.",
    read: readLimit,
    fallback: retryPolicy.maxAttempts,
    shownFallback: String(retryPolicy.maxAttempts),
  },
  retryOnMaxAttempts: {
    flag: "retry-on-max-attempts",
    placeholder: "pause|kill",
    group: "Retries",
    text: "What becomes of an invocation after the last one: it waits for an operator, or fails.",
    read: readChoice(["pause", "kill"]),
    fallback: retryPolicy.onMaxAttempts,
    shownFallback: retryPolicy.onMaxAttempts,
  },
  journalRetentionMs: {
    flag: "journal-retention",
    placeholder: "DURATION",
    group: "Retention",
    text: "How long the journals of ended invocations are kept, and the results of those without a key.",
    read: readDuration,
    ...shown(ENGINE_DEFAULTS.journalRetentionMs),
  },
  idempotencyRetentionMs: {
    flag: "idempotency-retention",
    placeholder: "DURATION",
    group: "Retention",
    text: "How long a request with the same idempotency key gets the result of the first one.",
    read: readDuration,
    ...shown(ENGINE_DEFAULTS.idempotencyRetentionMs),
  },
  workflowRetentionMs: {
    flag: "workflow-retention",
    placeholder: "DURATION",
    group: "Retention",
    text: "How long results, state and promises of ended workflows are kept.",
    read: readDuration,
    ...shown(ENGINE_DEFAULTS.workflowRetentionMs),
  },
  sweepIntervalMs: {
    flag: "sweep-interval",
    placeholder: "DURATION",
    group: "Retention",
    text: "How often what has outlived its retention is forgotten.",
    read: readPositiveDuration,
    ...shown(3_600_000),
  },
  journalRetentionMsMax: {
    flag: "max-journal-retention",
    placeholder: "DURATION",
    group: "Limits",
    text: "Longer retentions of journals count as this.",
    read: readDuration,
    fallback: undefined,
    shownFallback: "none",
  },
  idempotencyRetentionMsMax: {
    flag: "max-idempotency-retention",
    placeholder: "DURATION",
    group: "Limits",
    text: "Longer retentions of idempotent results count as this.",
    read: readDuration,
    fallback: undefined,
    shownFallback: "none",
  },
  workflowRetentionMsMax: {
    flag: "max-workflow-retention",
    placeholder: "DURATION",
    group: "Limits",
    text: "Longer retentions of workflows count as this.",
    read: readDuration,
    fallback: undefined,
    shownFallback: "none",
  },
  retryAttemptsMax: {
    flag: "max-retry-attempts",
    placeholder: "COUNT",
    group: "Limits",
    text: "Retry policies with more attempts count as with this many.",
    read: readLimit,
    fallback: undefined,
    shownFallback: "unlimited",
  },
  bodyBytesMax: {
    flag: "max-body",
    placeholder: "SIZE",
    group: "Limits",
    text: "The largest body of a request at the ingress; larger ones get 413.",
    read: readBytes,
    fallback: INGRESS_BODY_BYTES_MAX,
    shownFallback: "32MiB",
  },
  messageBytesMax: {
    flag: "max-message",
    placeholder: "SIZE",
    group: "Limits",
    text: "The largest message of an endpoint; its attempt fails past it.",
    read: readBytes,
    fallback: FRAME_BYTES_MAX,
    shownFallback: "32MiB",
  },
  idleAttemptsMax: {
    flag: "max-idle-attempts",
    placeholder: "COUNT",
    group: "Limits",
    text: "How many waiting attempts are held open; past it the one waiting longest is suspended.",
    read: readCount,
    fallback: IDLE_ATTEMPTS_MAX,
    shownFallback: String(IDLE_ATTEMPTS_MAX),
  },
  busyAttemptsMax: {
    flag: "max-busy-attempts",
    placeholder: "COUNT",
    group: "Limits",
    text: "How many attempts work at once, those that wait not counted; past it the others queue, first come, first served.",
    read: readCount,
    fallback: BUSY_ATTEMPTS_MAX,
    shownFallback: String(BUSY_ATTEMPTS_MAX),
  },
};

function shown(ms: number): { readonly fallback: number; readonly shownFallback: string } {
  return { fallback: ms, shownFallback: formatDuration(ms) };
}
