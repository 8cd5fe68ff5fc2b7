import type { EmbeddedEngine } from "@perdure/engine";
import { type Call, CONCURRENCY, callMany } from "./engine.ts";

/** What there is much of in a folder. */
export interface Content {
  /** Puts in so many. */
  readonly fill: (engine: EmbeddedEngine, size: number) => Promise<void>;
  readonly count: (engine: EmbeddedEngine, size: number) => number;
  /** Makes so many more invocations where that much was put in. */
  readonly callMore: (engine: EmbeddedEngine, options: MoreOptions) => Promise<void>;
}

export interface MoreOptions {
  readonly size: number;
  readonly calls: number;
}

export type Dimension = "finished" | "keys";

const ITEM = "a thing that is bought";

/** Each more is one that is stored. */
function toPurchase(): Call {
  return {
    service: "Shop",
    handler: "buy",
    input: JSON.stringify(ITEM),
    isRight: (output) => (JSON.parse(output) as { item?: unknown }).item === ITEM,
  };
}

const finished: Content = {
  fill: (engine, size) => callMany(engine, size, toPurchase),
  count({ api }) {
    let count = 0;
    for (const { target } of api.completedInvocations()) if (target.service === "Shop") count += 1;
    return count;
  },
  callMore: (engine, { calls }) => callMany(engine, calls, toPurchase),
};

const toKey = (place: number): string => `counter ${place}`;

function toAddition(place: number, isRight: (total: number) => boolean): Call {
  return {
    service: "Counter",
    handler: "add",
    key: toKey(place),
    input: "1",
    isRight: (output) => isRight(Number(output)),
  };
}

const keys: Content = {
  fill: (engine, size) => callMany(engine, size, (call) => toAddition(call, (total) => total === 1)),
  count({ api }, size) {
    let count = 0;
    for (let place = 0; place < size; place += 1) {
      if (api.state("Counter", toKey(place)).size > 0) count += 1;
    }
    return count;
  },
  /** Any of the keys, but each caller has keys of its own: few keys would have queues, and many would not. */
  callMore(engine, { size, calls }) {
    const keysEach = Math.max(1, Math.floor(size / CONCURRENCY));
    return callMany(engine, calls, (_, caller) => {
      const place = (caller + CONCURRENCY * Math.floor(Math.random() * keysEach)) % size;
      return toAddition(place, (total) => total > 1);
    });
  },
};

export const CONTENTS: Readonly<Record<Dimension, Content>> = { finished, keys };
