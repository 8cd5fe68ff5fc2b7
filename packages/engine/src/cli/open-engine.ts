import { readFile } from "node:fs/promises";
import { realClock } from "../clock/real-clock.ts";
import { createEngine, type EmbeddedEngine } from "../create-engine.ts";
import type { FaceAddress, RunningFace } from "../http/face.ts";
import { createRequestSigner } from "../invoker/request-signer.ts";
import { StoreError } from "../store/store-error.ts";
import { CommandError, EXIT_FAILED, EXIT_WRONG_USE } from "./command-error.ts";
import type { EngineSettings } from "./settings.ts";

/** Starts the engine that the settings describe. Its faces are not open yet. */
export async function openEngine(settings: EngineSettings): Promise<EmbeddedEngine> {
  const identityPrivateKey = await readIdentityKey(settings.identityKey);
  try {
    return await createEngine({
      ephemeral: true,
      data: settings.data,
      clusterName: settings.clusterName,
      identityPrivateKey,
      sweepIntervalMs: settings.sweepIntervalMs,
      idleAttemptsMax: settings.idleAttemptsMax,
      busyAttemptsMax: settings.busyAttemptsMax,
      messageBytesMax: settings.messageBytesMax,
      defaults: toDefaults(settings),
    });
  } catch (error) {
    if (error instanceof StoreError) {
      const message = `${error.message}\n${error.hint}`;
      throw new CommandError(message, { exitCode: EXIT_FAILED, cause: error });
    }
    throw error;
  }
}

type Defaults = NonNullable<NonNullable<Parameters<typeof createEngine>[0]>["defaults"]>;

function toDefaults(settings: EngineSettings): Defaults {
  return {
    inactivityTimeoutMs: settings.inactivityTimeoutMs,
    abortTimeoutMs: settings.abortTimeoutMs,
    journalRetentionMs: settings.journalRetentionMs,
    idempotencyRetentionMs: settings.idempotencyRetentionMs,
    workflowRetentionMs: settings.workflowRetentionMs,
    retryPolicy: {
      initialIntervalMs: settings.retryInitialIntervalMs,
      factor: settings.retryFactor,
      maxIntervalMs: settings.retryMaxIntervalMs,
      maxAttempts: settings.retryMaxAttempts,
      onMaxAttempts: settings.retryOnMaxAttempts,
    },
    caps: {
      journalRetentionMs: settings.journalRetentionMsMax,
      idempotencyRetentionMs: settings.idempotencyRetentionMsMax,
      workflowRetentionMs: settings.workflowRetentionMsMax,
      retryMaxAttempts: settings.retryAttemptsMax,
    },
  };
}

async function readIdentityKey(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    const key = await readFile(file, "utf8");
    await createRequestSigner(key, realClock);
    return key;
  } catch (error) {
    const message = `--identity-key ${JSON.stringify(file)}: ${toMessage(error)}`;
    throw new CommandError(message, { exitCode: EXIT_WRONG_USE, cause: error });
  }
}

/** The two faces of a running engine. */
export interface Faces {
  readonly ingress: RunningFace;
  readonly admin: RunningFace;
}

/** Opens both faces. From then on requests are answered. */
export async function openFaces(engine: EmbeddedEngine, settings: EngineSettings): Promise<Faces> {
  const { ingress, admin, bodyBytesMax } = settings;
  return {
    ingress: await listen("ingress", ingress, () => engine.listen({ ...ingress, bodyBytesMax })),
    admin: await listen("admin", admin, () => engine.listenAdmin(admin)),
  };
}

async function listen(
  flag: string,
  { hostname, port }: FaceAddress,
  open: () => Promise<RunningFace>,
): Promise<RunningFace> {
  try {
    return await open();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reason =
      code === "EADDRINUSE"
        ? `Port ${port} of ${hostname} is in use by another program. Stop that one, or choose another address`
        : `Cannot listen on port ${port} of ${hostname}: ${toMessage(error)}. Choose another address`;
    throw new CommandError(`${reason} with --${flag} HOST:PORT.`, { exitCode: EXIT_FAILED, cause: error });
  }
}

function toMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
