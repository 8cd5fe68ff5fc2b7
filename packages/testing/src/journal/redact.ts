import { isRecordedCommand } from "./entry.ts";
import { REDACTED, type RecordedPayload } from "./payload.ts";
import type { RecordedEntry, RecordedJournal } from "./recorded-journal.ts";
import { replaceSecrets } from "./secrets.ts";

/** What is to be taken out of a journal. A value goes when any of these says so. */
export interface RedactionRule {
  /**
   * Fields of payloads, by name (`password`, at any depth) or by the end of their
   * path (`card.number`). Places in lists do not count: `items.price` is the price
   * of every item. What a payload is stored or made under is the first part of the
   * path: the key of state, the name of a run or of a promise.
   */
  readonly fields?: readonly string[];
  /** Headers, by name, in any case. */
  readonly headers?: readonly string[];
  /** Says it of each value in each payload, from the outermost inwards. */
  readonly where?: (value: RedactableValue) => boolean;
  /**
   * What stands there instead: {@link REDACTED}, when absent. A value of the same
   * type keeps the code running that checks what it is given.
   */
  readonly replaceBy?: (value: RedactableValue) => unknown;
}

export interface RedactableValue {
  /** The names that lead to it, places in lists left out. */
  readonly path: readonly string[];
  /** JSON; of a payload that is none, its text or base64. */
  readonly value: unknown;
}

/**
 * The journal without its secrets. A text of six characters and more that is taken
 * out in one place is taken out wherever it stands in the journal, also as part of
 * another text.
 *
 * A redacted journal can be replayed. The code then gets what stands instead, and
 * where either side of a comparison is marked as {@link REDACTED} that part of it
 * counts as equal. What a replay of it cannot tell is whether the code would have
 * done something else with the real value.
 */
export function redact(journal: RecordedJournal, rule: RedactionRule): RecordedJournal {
  const redactor = new Redactor(rule);
  const roots = rootsOf(journal.entries);
  const entries = journal.entries.map((entry) => redactor.entry(entry, roots(entry)));
  return replaceSecrets({ ...journal, entries }, redactor.secrets);
}

/** Under which names the payloads of an entry begin. */
function rootsOf(entries: readonly RecordedEntry[]): (entry: RecordedEntry) => readonly string[] {
  const labels = new Map<unknown, string>();
  for (const entry of entries) {
    const label = labelOf(entry);
    if (label !== undefined && isRecordedCommand(entry)) labels.set(entry.completionId, label);
  }
  return (entry) => {
    const label =
      isRecordedCommand(entry) || entry.notification === "Signal"
        ? labelOf(entry)
        : labels.get(entry.completionId);
    return label === undefined ? [] : [label];
  };
}

const KEYED: ReadonlySet<string> = new Set([
  "GetLazyState",
  "GetEagerState",
  "SetState",
  "GetPromise",
  "PeekPromise",
  "CompletePromise",
]);

function labelOf(entry: RecordedEntry): string | undefined {
  if (!isRecordedCommand(entry)) {
    return "signal" in entry && typeof entry.signal === "string" ? entry.signal : undefined;
  }
  if (KEYED.has(entry.command)) return typeof entry.key === "string" ? entry.key : undefined;
  if (entry.command === "Run") return entry.name;
  return typeof entry.signal === "string" ? entry.signal : undefined;
}

class Redactor {
  /** Texts that were taken out. */
  readonly secrets = new Set<string>();
  readonly #rule: RedactionRule;
  readonly #fields: readonly (readonly string[])[];
  readonly #headers: ReadonlySet<string>;

  constructor(rule: RedactionRule) {
    this.#rule = rule;
    this.#fields = (rule.fields ?? []).map((field) => field.split("."));
    this.#headers = new Set((rule.headers ?? []).map((name) => name.toLowerCase()));
  }

  entry(entry: RecordedEntry, root: readonly string[]): RecordedEntry {
    const redacted = Object.entries(entry).map(([name, value]) => [name, this.#field(name, value, root)]);
    return Object.fromEntries(redacted) as RecordedEntry;
  }

  #field(name: string, value: unknown, root: readonly string[]): unknown {
    if (name === "headers") return this.#inHeaders(value);
    if (name === "value" || name === "parameter") return this.#payload(value as RecordedPayload, root);
    if (name !== "result" || typeof value !== "object" || value === null || !("success" in value))
      return value;
    return { success: this.#payload(value.success as RecordedPayload, root) };
  }

  #inHeaders(value: unknown): unknown {
    const clean = ([name, content]: readonly [string, string]): [string, unknown] => [
      name,
      this.#headers.has(name.toLowerCase()) ? this.#take({ path: [name], value: content }) : content,
    ];
    if (Array.isArray(value)) return value.map(clean);
    return Object.fromEntries(Object.entries(value as Record<string, string>).map(clean));
  }

  #payload(payload: RecordedPayload, root: readonly string[]): RecordedPayload {
    if ("redacted" in payload) return payload;
    if ("json" in payload) return { json: this.#value(payload.json, root) };
    const value = "text" in payload ? payload.text : payload.base64;
    if (value === "" || !this.#isSecret({ path: root, value })) return payload;
    if ("text" in payload) this.#take({ path: root, value });
    return { redacted: true };
  }

  #value(value: unknown, path: readonly string[]): unknown {
    if (value === null) return value;
    if (this.#isSecret({ path, value })) return this.#take({ path, value });
    if (Array.isArray(value)) return value.map((item: unknown) => this.#value(item, path));
    if (typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, this.#value(item, [...path, name])]),
    );
  }

  #isSecret(value: RedactableValue): boolean {
    const { path } = value;
    const isField = this.#fields.some(
      (field) =>
        field.length <= path.length && field.every((name, index) => name === path.at(index - field.length)),
    );
    return isField || this.#rule.where?.(value) === true;
  }

  #take(value: RedactableValue): unknown {
    this.#remember(value.value);
    return this.#rule.replaceBy === undefined ? REDACTED : this.#rule.replaceBy(value);
  }

  /** All texts within what is taken out. */
  #remember(value: unknown): void {
    if (typeof value === "string") this.secrets.add(value);
    else if (typeof value === "object" && value !== null) {
      for (const item of Object.values(value)) this.#remember(item);
    }
  }
}
