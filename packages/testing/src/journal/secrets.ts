import { isRecordedCommand } from "./entry.ts";
import { REDACTED } from "./payload.ts";
import type { RecordedEntry, RecordedJournal } from "./recorded-journal.ts";

/** Shorter texts than this stand in too many places by chance. */
export const SECRET_CHARS_MIN = 6;

/** The journal with every secret marked wherever it stands, also as part of another text. */
export function replaceSecrets(journal: RecordedJournal, found: ReadonlySet<string>): RecordedJournal {
  // The longest first: one may be part of another.
  const secrets = [...found]
    .filter((secret) => secret.length >= SECRET_CHARS_MIN && secret !== REDACTED)
    .sort((left, right) => right.length - left.length);
  if (secrets.length === 0) return journal;
  const cleanText = (text: string): string =>
    secrets.reduce((rest, secret) => rest.replaceAll(secret, REDACTED), text);
  /** Names within JSON are the author's; those around it are ours. */
  const clean = (value: unknown, namesToo: boolean): unknown => {
    if (typeof value === "string") return cleanText(value);
    if (Array.isArray(value)) return value.map((item: unknown) => clean(item, namesToo));
    if (typeof value !== "object" || value === null) return value;
    if (!namesToo && isHidden(value, secrets)) return { redacted: true };
    const isJson = !namesToo && Object.hasOwn(value, "json");
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [
        namesToo ? cleanText(name) : name,
        clean(item, namesToo || isJson),
      ]),
    );
  };
  const { target, entries } = journal;
  return {
    ...journal,
    target: { ...target, ...(target.key === undefined ? {} : { key: cleanText(target.key) }) },
    ...(journal.idempotencyKey === undefined ? {} : { idempotencyKey: cleanText(journal.idempotencyKey) }),
    entries: entries.map((entry) => {
      const type = isRecordedCommand(entry)
        ? { command: entry.command }
        : { notification: entry.notification };
      return { ...(clean(entry, false) as RecordedEntry), ...type } as RecordedEntry;
    }),
  };
}

/** Bytes that are shown as base64 may hold a secret too. */
function isHidden(value: object, secrets: readonly string[]): boolean {
  const base64: unknown = Reflect.get(value, "base64");
  if (typeof base64 !== "string" || Object.keys(value).length > 1) return false;
  const bytes = Buffer.from(base64, "base64");
  return secrets.some((secret) => bytes.includes(secret));
}
