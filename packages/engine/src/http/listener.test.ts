import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type RunningFace, startFace } from "./face.ts";
import { emptyResponse, type HttpHandler, jsonResponse } from "./message.ts";

const BODY_BYTES_MAX = 16;

const faces: RunningFace[] = [];
const faults: unknown[] = [];

afterEach(async () => {
  await Promise.all(faces.splice(0).map((face) => face.close()));
  expect(faults.splice(0)).toEqual([]);
});

async function start(handler: HttpHandler): Promise<RunningFace> {
  const onFault = (error: unknown): void => void faults.push(error);
  const face = await startFace({ port: 0 }, { handler, bodyBytesMax: BODY_BYTES_MAX, onFault });
  faces.push(face);
  return face;
}

/** Tells what it was asked, with the body only if the path is not `/unread`. */
const echo: HttpHandler = async (request) => {
  const { method, target, headers } = request;
  if (target === "/unread") return emptyResponse(404);
  const body = new TextDecoder().decode(await request.readBody());
  return jsonResponse(200, { method, target, headers: [...headers], body });
};

/** Sends bytes as they are and returns what comes back until the other side ends, or falls silent. */
async function sendRaw(face: RunningFace, text: string): Promise<string> {
  const socket = connect(face.port, "127.0.0.1");
  let received = "";
  socket.on("data", (chunk) => {
    received += chunk.toString("latin1");
  });
  socket.on("error", () => {});
  socket.write(text, "latin1");
  socket.end();
  await once(socket, "close");
  return received.replace(/\r\nDate: [^\r]*/i, "");
}

async function http2(
  face: RunningFace,
  headers: Readonly<Record<string, string | string[]>>,
  body?: string,
): Promise<{ status: unknown; headers: Record<string, unknown>; text: string }> {
  const session = connectHttp2(face.url);
  try {
    const stream = session.request(headers);
    stream.end(body);
    const [response] = (await once(stream, "response")) as [Record<string, unknown>];
    let text = "";
    for await (const chunk of stream) text += String(chunk);
    return { status: response[":status"], headers: response, text };
  } finally {
    session.destroy();
  }
}

test("HTTP/1.1: the request as it came, the response without headers of its own", async () => {
  const face = await start(echo);
  const received = await sendRaw(
    face,
    "POST /a?b HTTP/1.1\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi",
  );
  const body = JSON.stringify({
    method: "POST",
    target: "/a?b",
    headers: [
      ["x-a", "1"],
      ["content-length", "2"],
      ["connection", "close"],
    ],
    body: "hi",
  });
  expect(received).toBe(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
});

test("HTTP/2 on the same port", async () => {
  const face = await start(echo);
  const { status, text } = await http2(face, { ":method": "POST", ":path": "/a?b", "x-a": ["1", "2"] }, "hi");
  expect(status).toBe(200);
  expect(JSON.parse(text)).toEqual({ method: "POST", target: "/a?b", headers: [["x-a", "1"]], body: "hi" });
});

test("several requests on one connection", async () => {
  const face = await start(echo);
  const received = await sendRaw(face, "GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n");
  expect(received.match(/"target":"\/\d"/g)).toEqual(['"target":"/1"', '"target":"/2"']);
});

test.each([
  ["at the limit", BODY_BYTES_MAX, 200],
  ["one past it", BODY_BYTES_MAX + 1, 413],
])("a body with a stated length %s", async (_case, length, status) => {
  const face = await start(echo);
  const response = await fetch(face.url, { method: "POST", body: "x".repeat(length) });
  expect(response.status).toBe(status);
  const text = await response.text();
  if (status === 413) expect(text).toBe("length limit exceeded");
  const second = await http2(
    face,
    { ":method": "POST", ":path": "/", "content-length": String(length) },
    "x".repeat(length),
  );
  expect(second.status).toBe(status);
});

test("a request that is refused unread does not hold its connection", async () => {
  const face = await start(echo);
  const received = await sendRaw(
    face,
    "POST /unread HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
  );
  expect(received).toBe("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
});

test("no body goes with 204", async () => {
  const face = await start(async () => jsonResponse(204, { a: 1 }));
  expect(await sendRaw(face, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n")).toBe(
    "HTTP/1.1 204 No Content\r\ncontent-type: application/json\r\n\r\n",
  );
  const { status, headers, text } = await http2(face, { ":path": "/" });
  expect([status, headers["content-length"], text]).toEqual([204, undefined, ""]);
});

test("HEAD gets the length and no body", async () => {
  const face = await start(async () => jsonResponse(200, { a: 1 }));
  expect(await sendRaw(face, "HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n")).toBe(
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 7\r\n\r\n",
  );
  const { headers, text } = await http2(face, { ":method": "HEAD", ":path": "/" });
  expect([headers["content-length"], text]).toEqual(["7", ""]);
});

test("what is no HTTP is refused", async () => {
  const face = await start(echo);
  expect(await sendRaw(face, "GARBAGE\r\n\r\n")).toBe(
    "HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
  );
});

test("a handler's fault is a bare 500 and is reported", async () => {
  const fault = new Error("bug");
  const face = await start(async () => {
    throw fault;
  });
  expect((await fetch(face.url)).status).toBe(500);
  expect(faults.splice(0)).toEqual([fault]);
});

test.each(["http1", "http2"])("a client that goes away aborts the signal: %s", async (protocol) => {
  let asked = (): void => {};
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  let aborted = (): void => {};
  const isAborted = new Promise<void>((resolve) => {
    aborted = resolve;
  });
  const face = await start(({ signal }) => {
    asked();
    return new Promise((_resolve, reject) => {
      signal?.addEventListener("abort", () => {
        aborted();
        reject(signal?.reason);
      });
    });
  });
  let leave: () => void;
  if (protocol === "http1") {
    const socket: Socket = connect(face.port, "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\n\r\n");
    leave = () => void socket.destroy();
  } else {
    const session = connectHttp2(face.url);
    session.request({ ":path": "/" }).on("error", () => {});
    leave = () => void session.destroy();
  }
  await isAsked;
  leave();
  await isAborted;
});

test("closing ends idle connections at once, lets short work end and drops the rest", async () => {
  const finishShort: (() => void)[] = [];
  const face = await start(async ({ path }) => {
    if (path === "/short") await new Promise<void>((resolve) => finishShort.push(resolve));
    if (path === "/long") await new Promise(() => {});
    return emptyResponse(200);
  });
  const idle = connect(face.port, "127.0.0.1");
  const idleClosed = once(idle, "close");
  await once(idle, "connect");
  const short = fetch(`${face.url}/short`);
  const long = fetch(`${face.url}/long`).catch(() => "dropped");
  while (finishShort.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const closed = face.close();
  await idleClosed;
  finishShort[0]?.();
  expect((await short).status).toBe(200);
  expect(await long).toBe("dropped");
  await closed;
  await face.close();
  await expect(fetch(face.url)).rejects.toThrow();
});

test("a port that is taken", async () => {
  const face = await start(echo);
  const options = { handler: echo, bodyBytesMax: 1, onFault: () => {} };
  await expect(startFace({ port: face.port }, options)).rejects.toThrow("EADDRINUSE");
});
