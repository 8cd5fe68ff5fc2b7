import { Session } from "node:inspector/promises";

/** What a measured process can be asked, over its IPC channel. */
export type Question = "usage" | "sample" | "allocated";

export interface Usage {
  /** Of all threads, since the process began. */
  readonly cpuMicros: number;
  readonly rssBytes: number;
}

/** Estimated from samples, those that were collected since included. */
export interface Allocated {
  readonly bytes: number;
}

export type Answer = Usage | Allocated | Record<string, never>;

const SAMPLING_INTERVAL_BYTES = 8192;

/** Says that this process listens, and answers questions about it until the other side is gone. */
export function answerQuestions(port: number, more: Readonly<Record<string, unknown>> = {}): void {
  const sampler = new Sampler();
  process.on("message", (question: unknown) => {
    if (typeof question === "string") {
      void answer(question as Question, sampler).then((value) => process.send?.(value));
    }
  });
  process.on("disconnect", () => process.exit());
  process.send?.({ ready: port, ...more });
}

async function answer(question: Question, sampler: Sampler): Promise<Answer> {
  switch (question) {
    case "usage": {
      const { user, system } = process.cpuUsage();
      return { cpuMicros: user + system, rssBytes: process.memoryUsage.rss() };
    }
    case "sample":
      await sampler.start();
      return {};
    case "allocated":
      return { bytes: await sampler.stop() };
  }
}

interface ProfileNode {
  readonly selfSize: number;
  readonly children: readonly ProfileNode[];
}

class Sampler {
  #session: Session | undefined;

  async start(): Promise<void> {
    const session = new Session();
    session.connect();
    await session.post("HeapProfiler.startSampling", {
      samplingInterval: SAMPLING_INTERVAL_BYTES,
      includeObjectsCollectedByMajorGC: true,
      includeObjectsCollectedByMinorGC: true,
    } as { samplingInterval: number });
    this.#session = session;
  }

  async stop(): Promise<number> {
    if (this.#session === undefined) throw new Error("Nothing was sampled.");
    const { profile } = await this.#session.post("HeapProfiler.stopSampling");
    this.#session.disconnect();
    this.#session = undefined;
    return sumOf(profile.head);
  }
}

function sumOf({ selfSize, children }: ProfileNode): number {
  return children.reduce((sum, child) => sum + sumOf(child), selfSize);
}
