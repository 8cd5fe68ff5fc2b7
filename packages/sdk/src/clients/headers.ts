/** Headers of a request, by their names in lower case. */
export type HeaderMap = Map<string, string>;

const NAME = /^[a-z0-9-]+$/;
const VALUE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/**
 * Sets one as `Headers` would, and throws the same `TypeError` for what no header can
 * be. A map costs a fraction of a `Headers`, and most names and values need no look.
 */
export function setHeader(headers: HeaderMap, name: string, value: string): void {
  if (NAME.test(name) && typeof value === "string" && VALUE.test(value)) {
    headers.set(name, value);
    return;
  }
  const normalized = new Headers();
  normalized.set(name, value);
  for (const [normalName, normalValue] of normalized) headers.set(normalName, normalValue);
}
