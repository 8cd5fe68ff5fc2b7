const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
] as const;

/** A span of time as one would say it: the two largest units that matter. */
export function sayDuration(ms: number): string {
  const parts: string[] = [];
  let left = ms;
  for (const [unit, unitMs] of UNITS) {
    const count = Math.floor(left / unitMs);
    if (count === 0) continue;
    left -= count * unitMs;
    parts.push(`${count} ${unit}${count === 1 ? "" : "s"}`);
    if (parts.length === 2) break;
  }
  return parts.length === 0 ? `${Math.round(ms)} ms` : parts.join(" ");
}

/** A time, and how far away it is. */
export function sayTime(atMs: number, nowMs: number): string {
  const text = toIso(atMs);
  if (atMs <= nowMs) return text;
  return `${text}, in ${sayDuration(atMs - nowMs)}`;
}

const ISO_MS_MAX = 8.64e15;

function toIso(atMs: number): string {
  return Number.isFinite(atMs) && Math.abs(atMs) <= ISO_MS_MAX ? new Date(atMs).toISOString() : `${atMs} ms`;
}

/** Lines under a heading, no more than a person reads. */
export function sayList(lines: readonly string[], most = 10): string {
  const shown = lines.slice(0, most).map((line) => `  - ${line}`);
  if (lines.length > most) shown.push(`  - and ${lines.length - most} more`);
  return shown.join("\n");
}
