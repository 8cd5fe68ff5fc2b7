/**
 * `node:http`. An `import` of it reads all its exports, of which some are getters: Node 24
 * loads its `fetch` and `WebSocket` for them, which takes tens of milliseconds.
 */
export const http: typeof import("node:http") = process.getBuiltinModule("node:http");
