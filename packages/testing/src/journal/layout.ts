/**
 * JSON for people: what fits into a line stands in one, what does not is broken
 * up. The same value always gives the same text.
 */
const LINE_CHARS_MAX = 110;

export function layOut(value: unknown): string {
  return `${lay(value, "", 0)}\n`;
}

/** `used`: characters of this line that stand before and behind the value. */
function lay(value: unknown, indent: string, used: number): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const line = toLine(value, LINE_CHARS_MAX - indent.length - used);
  if (line !== undefined) return line;
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => `${inner}${lay(item, inner, 1)}`);
    return `[\n${items.join(",\n")}\n${indent}]`;
  }
  const fields = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([name, item]) => {
      const key = `${JSON.stringify(name)}: `;
      return `${inner}${key}${lay(item, inner, key.length + 1)}`;
    });
  return `{\n${fields.join(",\n")}\n${indent}}`;
}

/** The value in one line; `undefined` as soon as it is clear that it is too long. */
function toLine(value: unknown, charsMax: number): string | undefined {
  if (charsMax < 0) return undefined;
  if (typeof value !== "object" || value === null) {
    const text = JSON.stringify(value);
    return text.length > charsMax ? undefined : text;
  }
  const isList = Array.isArray(value);
  const parts: string[] = [];
  let left = charsMax - 4;
  for (const [name, item] of Object.entries(value)) {
    if (item === undefined) continue;
    const key = isList ? "" : `${JSON.stringify(name)}: `;
    const part = toLine(item, left - key.length);
    if (part === undefined) return undefined;
    parts.push(key + part);
    left -= key.length + part.length + 2;
  }
  if (isList) return `[${parts.join(", ")}]`;
  return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
}
