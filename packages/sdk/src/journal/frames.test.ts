import { describe, expect, it, test } from "vitest";
import { findAuthorFrame, isAuthorFrame, toFrames } from "./frames.ts";

describe("the frames of a stack", () => {
  const TABLE: readonly (readonly [what: string, line: string, frame: string | undefined])[] = [
    ["a function", "    at greet (/app/src/greeter.ts:3:7)", "/app/src/greeter.ts:3:7"],
    ["no function", "    at /app/src/greeter.ts:3:7", "/app/src/greeter.ts:3:7"],
    ["behind an await", "    at async greet (file:///app/src/greeter.ts:3:7)", "/app/src/greeter.ts:3:7"],
    ["behind an await, no function", "    at async /app/src/greeter.ts:3:7", "/app/src/greeter.ts:3:7"],
    ["a method by another name", "    at Object.a [as b] (/app/a.ts:1:2)", "/app/a.ts:1:2"],
    ["a folder with a space", "    at greet (/my app/a.ts:1:2)", "/my app/a.ts:1:2"],
    ["a folder in parentheses", "    at greet (/app/(group)/a.ts:1:2)", "/app/(group)/a.ts:1:2"],
    ["a drive", "    at greet (C:\\app\\a.ts:1:2)", "C:\\app\\a.ts:1:2"],
    ["a drive as an address", "    at greet (file:///C:/app/a.ts:1:2)", "C:/app/a.ts:1:2"],
    ["the runtime", "    at node:internal/timers:5:9", "node:internal/timers:5:9"],
    ["a builtin", "    at Array.map (<anonymous>)", undefined],
    ["the message", "Error: at least (/app/a.ts:1:2)", undefined],
  ];
  it.each(TABLE)("are read: %s", (_what, line, frame) => {
    expect(toFrames(`Error: here\n${line}`)).toEqual(frame === undefined ? [] : [frame]);
  });
});

test("the author's frame is not ours, not the runtime's, and a library's only if there is no other", () => {
  const own = toFrames(new Error("here").stack)[0] as string;
  const packages = own.slice(0, own.lastIndexOf("/sdk/src/"));
  const ours = [
    `${packages}/sdk/src/journal/recorder.ts:1:2`,
    `${packages}/engine/src/engine.ts:1:2`,
    `${packages}/testing/src/engine/runs.ts:1:2`,
  ];
  const runtime = "node:internal/process/task_queues:95:5";
  const library = "/app/node_modules/helper/index.js:1:2";
  const author = "/app/src/shop.ts:1:2";
  expect(ours.filter(isAuthorFrame)).toEqual([]);
  expect(isAuthorFrame(own)).toBe(true);
  expect(isAuthorFrame(`${packages}/testing/src/engine/testing/services.ts:1:2`)).toBe(true);
  expect(findAuthorFrame([...ours, runtime, library, author])).toBe(author);
  expect(findAuthorFrame([...ours, runtime, library])).toBe(library);
  expect(findAuthorFrame([...ours, runtime])).toBeUndefined();
});
