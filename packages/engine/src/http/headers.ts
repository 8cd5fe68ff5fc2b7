/** Raw header pairs, as Node lists them, to the first value of each. Pseudo headers are left out. */
export function toHeaders(raw: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] as string).toLowerCase();
    if (!name.startsWith(":") && !headers.has(name)) headers.set(name, raw[index + 1] as string);
  }
  return headers;
}
