import type { IncomingHttpHeaders } from "node:http";

type Headers = IncomingHttpHeaders;

export function firstHeader(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Without HTTP/2's pseudo headers, which are not the sender's. */
export function toHeaderMap(headers: Headers): ReadonlyMap<string, string | string[] | undefined> {
  const map = new Map<string, string | string[] | undefined>();
  for (const name in headers) {
    if (!name.startsWith(":")) map.set(name, headers[name]);
  }
  return map;
}

/** A request target without its query. */
export function toPath(target: string | undefined): string {
  if (target === undefined) return "/";
  const query = target.indexOf("?");
  return query === -1 ? target : target.slice(0, query);
}
