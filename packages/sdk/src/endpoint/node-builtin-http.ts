/**
 * `node:http`. An `import` of it reads all its exports, of which some are getters: Node 24
 * loads its `fetch` and `WebSocket` for them, in 50 ms that nobody has asked for.
 */
export const http: typeof import("node:http") = process.getBuiltinModule("node:http");
