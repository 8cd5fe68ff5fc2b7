import type { Bytes, StateEntry } from "../protocol/messages.ts";

/**
 * The state of the object as this attempt knows it: what Start carried, with
 * the attempt's own writes on top, those of the replay included.
 */
export class StateCache {
  readonly #values = new Map<string, Bytes | undefined>();
  /** Whether a key that is not in the map is known to be absent. */
  #complete: boolean;

  constructor(entries: readonly StateEntry[], options: { readonly partial: boolean }) {
    const text = new TextDecoder("utf-8", { fatal: true });
    for (const { key, value } of entries) this.#values.set(text.decode(key), value);
    this.#complete = !options.partial;
  }

  get(key: string): { readonly known: true; readonly value: Bytes | undefined } | { readonly known: false } {
    const value = this.#values.get(key);
    if (value !== undefined || this.#complete || this.#values.has(key)) return { known: true, value };
    return { known: false };
  }

  /** All keys, sorted; `undefined` when only part of the state is known. */
  keys(): string[] | undefined {
    if (!this.#complete) return undefined;
    const keys: string[] = [];
    for (const [key, value] of this.#values) if (value !== undefined) keys.push(key);
    return keys.sort();
  }

  set(key: string, value: Bytes): void {
    this.#values.set(key, value);
  }

  clear(key: string): void {
    if (this.#complete) this.#values.delete(key);
    else this.#values.set(key, undefined);
  }

  clearAll(): void {
    this.#values.clear();
    this.#complete = true;
  }
}
