import { isAllowedByComment } from "./allow-comment.ts";
import type { Misuse, MisuseLevel, MisuseOptions } from "./misuse.ts";
import { MisuseError } from "./misuse-error.ts";
import { outsideOfScopes } from "./scope.ts";

export interface MisuseLogOptions extends MisuseOptions {
  /** `error` for every kind that `rules` leaves open. */
  readonly strict?: boolean | undefined;
}

/** The most misuses that are listed; those beyond it are told all the same. */
export const MISUSES_MAX = 1000;

/**
 * The misuses of one engine.
 *
 * 1. Listed once for a line and an invocation, however often it was tried.
 * 2. Told once for a line; by the console once for a line and a process, as tests open many engines.
 */
export class MisuseLog {
  readonly #options: MisuseLogOptions;
  readonly #listed = new Map<string, Misuse>();
  readonly #told = new Set<string>();
  readonly #unread = new Set<Misuse>();
  #isOpen = true;

  constructor(options: MisuseLogOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Gives the error that the invocation is to fail with, if there is one. */
  note(misuse: Misuse): MisuseError | undefined {
    const level = this.#levelOf(misuse);
    if (level === "off") return undefined;
    const key = `${misuse.invocationId} ${misuse.message}`;
    if (!this.#listed.has(key) && this.#listed.size < MISUSES_MAX) {
      this.#listed.set(key, misuse);
      if (level === "error") this.#unread.add(misuse);
    }
    this.#tell(misuse, level);
    return level === "error" ? new MisuseError([misuse]) : undefined;
  }

  /** All that are listed, in the order in which they happened. */
  read(): readonly Misuse[] {
    this.#unread.clear();
    return [...this.#listed.values()];
  }

  /** Throws when there are errors that nobody has read. */
  close(): void {
    this.#isOpen = false;
    const unread = [...this.#unread];
    this.#unread.clear();
    if (unread.length > 0) throw new MisuseError(unread);
  }

  #levelOf(misuse: Misuse): MisuseLevel {
    const { strict = false, rules = {}, allow } = this.#options;
    const level = rules[misuse.kind] ?? (strict ? "error" : "warn");
    if (level === "off" || !this.#isOpen) return "off";
    const { line } = misuse;
    const isAllowed = (line !== undefined && isAllowedByComment(line)) || allow?.(misuse) === true;
    return isAllowed ? "off" : level;
  }

  #tell(misuse: Misuse, level: MisuseLevel): void {
    const { onMisuse } = this.#options;
    if (onMisuse !== undefined) {
      if (isNew(this.#told, misuse)) outsideOfScopes(() => onMisuse(misuse));
    } else if (level === "warn" && isNew(printed, misuse)) {
      outsideOfScopes(() => console.warn(`[perdure] ${misuse.message}`));
    }
  }
}

/** What the console was told, by all engines of this process. */
const printed = new Set<string>();

function isNew(told: Set<string>, { message }: Misuse): boolean {
  if (told.has(message)) return false;
  if (told.size < MISUSES_MAX) told.add(message);
  return true;
}
