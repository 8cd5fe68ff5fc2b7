/** The first value of a query parameter, decoded; its name may be written in any case. */
export function queryParameter(query: string, name: string): string | undefined {
  if (query === "") return undefined;
  for (const [key, value] of new URLSearchParams(query)) {
    if (key.toLowerCase() === name) return value;
  }
  return undefined;
}
