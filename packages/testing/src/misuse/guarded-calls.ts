import crypto from "node:crypto";
import timers from "node:timers";
import timersPromises from "node:timers/promises";
import type { MisuseKind } from "./misuse.ts";

/** A function of the runtime whose results a replay does not repeat. */
export interface GuardedCall {
  readonly kind: Extract<MisuseKind, "time" | "chance" | "timer" | "fetch">;
  /** As an author writes it. */
  readonly name: string;
  /** What to do instead. */
  readonly instead: string;
}

/** Where such a function stands. */
export interface GuardedPlace extends GuardedCall {
  readonly holder: object;
  readonly key: string;
}

const INSTEAD = {
  time: "Use ctx.date.now(), or do it in a ctx.run.",
  chance: "Use ctx.rand, which gives the same numbers in each attempt, or do it in a ctx.run.",
  timer: "Use ctx.sleep, or do it in a ctx.run.",
  fetch: "Do it in a ctx.run, which records the answer.",
} as const;

/** The constructor of dates is guarded apart: only without arguments it reads the clock. */
export const NEW_DATE: GuardedCall = { kind: "time", name: "new Date()", instead: INSTEAD.time };

/** All places, as this process has them now. */
export function findGuardedPlaces(): readonly GuardedPlace[] {
  return [
    ...places("time", Date, { now: "Date.now()" }),
    ...places("time", globalThis.performance, { now: "performance.now()" }),
    ...places("chance", Math, { random: "Math.random()" }),
    ...places("chance", globalThis.crypto, {
      randomUUID: "crypto.randomUUID()",
      getRandomValues: "crypto.getRandomValues()",
    }),
    ...places("chance", crypto, {
      randomUUID: "crypto.randomUUID()",
      randomBytes: "crypto.randomBytes()",
      randomInt: "crypto.randomInt()",
      randomFill: "crypto.randomFill()",
      randomFillSync: "crypto.randomFillSync()",
    }),
    ...[globalThis, timers].flatMap((holder) =>
      places("timer", holder, {
        setTimeout: "setTimeout()",
        setInterval: "setInterval()",
        setImmediate: "setImmediate()",
      }),
    ),
    ...places("timer", timersPromises, {
      setTimeout: "setTimeout()",
      setInterval: "setInterval()",
      setImmediate: "setImmediate()",
    }),
    ...places("fetch", globalThis, { fetch: "fetch()" }),
  ];
}

function places(
  kind: GuardedPlace["kind"],
  object: object | undefined,
  names: Readonly<Record<string, string>>,
): GuardedPlace[] {
  return Object.entries(names).flatMap(([key, name]) => {
    const holder = findHolder(object, key);
    return holder === undefined ? [] : [{ kind, name, instead: INSTEAD[kind], holder, key }];
  });
}

/** The object itself or the prototype that has the property. */
function findHolder(object: object | undefined, key: string): object | undefined {
  let holder: object | null = object ?? null;
  while (holder !== null && !Object.hasOwn(holder, key))
    holder = Object.getPrototypeOf(holder) as object | null;
  return holder ?? undefined;
}
