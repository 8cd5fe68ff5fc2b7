import type { Command, Notification, Outcome } from "@perdure/sdk/internal";
import { instanceOf, promiseKey, stateKey } from "../../packages/engine/src/state-machine/keys.ts";
import type { Target } from "../../packages/engine/src/state-machine/records.ts";
import type { Edit } from "./facts.ts";
import type { Incarnation } from "./ledger.ts";
import { describeResult, toText } from "./values.ts";
import { require } from "./violation.ts";

type Instance = Pick<Target, "service" | "key">;

/**
 * States and promises by the commands that were stored, and what reads of them
 * must have given.
 *
 * 1. An addition adds to what is there: none is lost, none counts twice.
 * 2. Exclusive handlers read what the commands before them left.
 *    Those that continue another's journal go on with what that one had read.
 * 3. A promise is completed once.
 */
export class KeyedState {
  readonly #states = new Map<string, Map<string, string>>();
  readonly #promises = new Map<string, Map<string, Outcome>>();
  /** Every value that a promise ever had. */
  readonly #promised = new Map<string, string[]>();

  #stateOf({ service, key }: Instance): Map<string, string> {
    return getOrCreate(this.#states, instanceOf(service, key ?? ""));
  }

  promisesOf({ service, key }: Instance): Map<string, Outcome> {
    return getOrCreate(this.#promises, instanceOf(service, key ?? ""));
  }

  wasPromised({ service, key }: Instance, name: string, result: string): boolean {
    return this.#promised.get(`${instanceOf(service, key ?? "")} ${name}`)?.includes(result) ?? false;
  }

  replace(edit: Edit): void {
    const state = this.#stateOf(edit);
    state.clear();
    for (const [name, value] of edit.state) state.set(name, toText(value));
  }

  forget(target: Target): void {
    this.#stateOf(target).clear();
    this.promisesOf(target).clear();
  }

  apply(life: Incarnation, message: Command | Notification): void {
    const { id, target, journal, isContinued } = life;
    const state = this.#stateOf(target);
    switch (message.type) {
      case "SetState": {
        const value = toText(message.value);
        const sum = Number(state.get(message.key) ?? 0) + Number(message.name);
        require(isContinued || sum === Number(value), () =>
          `${id} added ${message.name} and got ${value}, not ${sum}.`);
        state.set(message.key, value);
        break;
      }
      case "ClearState":
        state.delete(message.key);
        break;
      case "ClearAllState":
        state.clear();
        break;
      case "GetEagerState": {
        const value = message.value === undefined ? undefined : toText(message.value);
        if (target.handlerKind === "exclusive") requireRead(life, { name: message.key, value, state });
        break;
      }
      case "Completion": {
        const command = journal.at(-1)?.message;
        if (message.kind !== "GetLazyState" || command?.type !== "GetLazyState") break;
        const value = message.result.type === "success" ? toText(message.result.value) : undefined;
        requireRead(life, { name: command.key, value, state });
        break;
      }
      case "CompletePromise":
        this.#complete(target, message.key, message.result);
        break;
      default:
        break;
    }
  }

  /** Rule 3: the first value stays. */
  #complete(target: Target, name: string, result: Outcome): void {
    const promises = this.promisesOf(target);
    if (promises.has(name)) return;
    promises.set(name, result);
    const id = `${instanceOf(target.service, target.key ?? "")} ${name}`;
    this.#promised.set(id, [...(this.#promised.get(id) ?? []), describeResult(result)]);
  }

  /** What must be stored, by key, and its value where it is a text. */
  stored(): Map<string, string | undefined> {
    const keys = new Map<string, string | undefined>();
    for (const [instance, state] of this.#states) {
      const [service = "", key = ""] = JSON.parse(instance) as string[];
      for (const [name, value] of state) keys.set(stateKey(service, key, name), value);
    }
    for (const [instance, promises] of this.#promises) {
      const [service = "", key = ""] = JSON.parse(instance) as string[];
      for (const name of promises.keys()) keys.set(promiseKey(service, key, name), undefined);
    }
    return keys;
  }
}

/** Rule 2. */
function requireRead(
  { id, isContinued }: Incarnation,
  read: { readonly name: string; readonly value: string | undefined; readonly state: Map<string, string> },
): void {
  const { name, value, state } = read;
  require(isContinued || state.get(name) === value, () =>
    `${id} read ${name} = ${value}, and it is ${state.get(name)}.`);
}

function getOrCreate<K, V>(outer: Map<string, Map<K, V>>, key: string): Map<K, V> {
  let inner = outer.get(key);
  if (inner === undefined) {
    inner = new Map();
    outer.set(key, inner);
  }
  return inner;
}
