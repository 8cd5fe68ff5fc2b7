import type { EventEmitter } from "node:events";

/** What ends the command from outside. */
export interface StopSignals {
  /** Resolves at the first SIGINT or SIGTERM. */
  readonly stopped: Promise<void>;
  readonly isStopped: boolean;
}

const NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;

/** Where signals come from, and what a second one does; the process itself unless told otherwise. */
export interface StopSignalParts {
  readonly source: Pick<EventEmitter, "on">;
  readonly endAtOnce: (exitCode: number) => void;
}

/** From now on the first signal is for the command to close in order, and the second ends it at once. */
export function catchStopSignals(
  { source, endAtOnce }: StopSignalParts = { source: process, endAtOnce: process.exit },
): StopSignals {
  let isStopped = false;
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      source.on(signal, () => {
        // As a shell reports it.
        if (isStopped) return endAtOnce(128 + NUMBERS[signal]);
        isStopped = true;
        console.error(`${signal}: closing. Once more ends it at once.`);
        resolve();
      });
    }
  });
  return {
    stopped,
    get isStopped() {
      return isStopped;
    },
  };
}
