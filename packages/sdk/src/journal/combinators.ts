import type { TerminalError } from "../errors.ts";
import type { Combinator } from "../protocol/messages.ts";
import { Constant, Derived, Durable, type DurableOwner, Never } from "./durable.ts";

/**
 * The combinators for those who know them by name. They give the results of
 * the native ones, which work just as well; what they add is that an engine of
 * protocol v7 is told the whole tree, and wakes the handler only when it can go on.
 */

type Members = readonly Durable<unknown>[];

export function isDurable(value: unknown): value is Durable<unknown> {
  return value instanceof Durable;
}

export function resolved<T>(value: T): Durable<Awaited<T>> {
  if (isDurable(value)) return value as Durable<Awaited<T>>;
  if (isThenable(value)) return foreign(value) as Durable<Awaited<T>>;
  return new Constant({ value: value as Awaited<T> });
}

export function rejected(reason: TerminalError): Durable<never> {
  return new Constant<never>({ reason });
}

export function all(values: Iterable<unknown>): Durable<unknown[]> {
  const members = toMembers("all", values);
  return derive("allSucceededOrFirstFailed", members, () => Promise.all(members.map(subscribe)));
}

export function race(values: Iterable<unknown>): Durable<unknown> {
  const members = toMembers("race", values);
  if (members.every((member) => member instanceof Never)) return new Never();
  return derive("firstCompleted", members, () => Promise.race(members.map(subscribe)));
}

export function any(values: Iterable<unknown>): Durable<unknown> {
  const members = toMembers("any", values);
  return derive("firstSucceededOrAllFailed", members, () => Promise.any(members.map(subscribe)));
}

export function allSettled(values: Iterable<unknown>): Durable<PromiseSettledResult<unknown>[]> {
  const members = toMembers("allSettled", values);
  return derive("allCompleted", members, () => Promise.allSettled(members.map(subscribe)));
}

function derive<T>(combinator: Combinator, members: Members, combine: () => Promise<T>): Durable<T> {
  return new Derived<T>({ owner: commonOwner(members), combinator, members, combine });
}

function subscribe(member: Durable<unknown>): Promise<unknown> {
  return member.subscribe();
}

function toMembers(combinator: string, values: Iterable<unknown>): Members {
  const members = [...values];
  for (const [index, member] of members.entries()) {
    if (isDurable(member)) continue;
    throw new TypeError(
      `RestatePromise.${combinator}: member ${index} is not a RestatePromise but ${describe(member)}. ` +
        `Use Promise.${combinator}, which replays just as well, or wrap outside work in ctx.run.`,
    );
  }
  return members as Members;
}

function commonOwner(members: Members): DurableOwner | undefined {
  let owner: DurableOwner | undefined;
  for (const member of members) {
    if (member.owner === undefined) continue;
    if (owner !== undefined && owner !== member.owner) {
      throw new Error(
        "RestatePromise combinators cannot mix promises of two invocations. " +
          "Use only promises that came from this handler's ctx.",
      );
    }
    owner = member.owner;
  }
  return owner;
}

function describe(value: unknown): string {
  if (isThenable(value)) return "another promise";
  return value === null ? "null" : typeof value;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof Reflect.get(value, "then") === "function";
}

function foreign(promise: PromiseLike<unknown>): Durable<unknown> {
  return new Derived({
    owner: undefined,
    combinator: "unknown",
    members: [],
    combine: () => Promise.resolve(promise),
    isOutside: true,
  });
}
