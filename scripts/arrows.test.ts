import { describe, expect, it } from "vitest";
import { ENGINE_RULES, SDK_RULES } from "./arrow-rules.ts";
import { findProblems } from "./arrows.ts";

/** A tree that breaks no rule and uses every edge that is allowed. */
const sound: Readonly<Record<string, string>> = {
  "errors.ts": `import type { Duration } from "./definition/duration.ts";`,
  "definition/duration.ts": "export type Duration = number;",
  "definition/service.ts": `import type { Serde } from "../serde/serde.ts"; import "../errors.ts";`,
  "serde/serde.ts": `import "@standard-schema/spec";`,
  "serde/zod-serde.ts": `import * as z from "zod"; import "./serde.ts";`,
  "protocol/codec.ts": `import { x } from "../errors.ts";`,
  "journal/journal.ts": `import "../protocol/codec.ts";`,
  "context/ctx.ts": `import "../journal/journal.ts";`,
  "invocation/attempt.ts": `import "../context/ctx.ts";`,
  "endpoint/handle.ts": `import "../invocation/attempt.ts"; import "../protocol/codec.ts";`,
  "endpoint/node.ts": `import http2 from "node:http2"; import "./handle.ts";`,
  "endpoint/node/http1.ts": `import { createServer } from "node:http";`,
  "endpoint/lambda.ts": `import { Buffer } from "node:buffer"; import "./node/http1.ts";`,
  "clients/client.ts": `import "../definition/service.ts"; import "../errors.ts"; import "../serde/serde.ts";`,
  "index.ts": `export * from "./endpoint/node.ts"; export * from "./definition/service.ts";`,
  "clients.ts": `export * from "./clients/client.ts";`,
  "lambda.ts": `export * from "./endpoint/lambda.ts";`,
  "zod.ts": `export * from "./serde/zod-serde.ts";`,
  "journal/journal.test.ts": `import "vitest"; import "node:fs"; import "../endpoint/node.ts";`,
  "journal/testing/transcript.ts": `import "fast-check"; import "../../index.ts";`,
};

function check(changes: Readonly<Record<string, string>>): string[] {
  return findProblems({
    rules: SDK_RULES,
    files: new Map(Object.entries({ ...sound, ...changes })),
    dependencies: ["@bufbuild/protobuf", "@standard-schema/spec"],
    optionalPeers: ["zod", "superjson"],
  });
}

describe("what is right", () => {
  it("is not reported", () => {
    expect(check({})).toEqual([]);
  });

  it("does not mistake strings and comments for imports", () => {
    const text = `// import "../endpoint/node.ts";\nexport const help = 'import "../endpoint/node.ts"';`;
    expect(check({ "journal/doc.ts": text })).toEqual([]);
  });
});

describe("an arrow that points up", () => {
  const up: readonly (readonly [file: string, to: string, edge: string])[] = [
    ["definition/a.ts", "../protocol/codec.ts", "definition -> protocol"],
    ["serde/a.ts", "../clients/client.ts", "serde -> clients"],
    ["errors.ts", "./journal/journal.ts", "errors -> journal"],
    ["protocol/a.ts", "../journal/journal.ts", "protocol -> journal"],
    ["journal/a.ts", "../context/ctx.ts", "journal -> context"],
    ["context/a.ts", "../invocation/attempt.ts", "context -> invocation"],
    ["invocation/a.ts", "../endpoint/handle.ts", "invocation -> endpoint"],
    ["endpoint/a.ts", "../clients/client.ts", "endpoint -> clients"],
    ["clients/a.ts", "../protocol/codec.ts", "clients -> protocol"],
    ["clients/a.ts", "../context/ctx.ts", "clients -> context"],
  ];

  it.each(up)("%s importing %s", (file, to, edge) => {
    const problems = check({ [file]: `import type { X } from "${to}";` });
    expect(problems[0]).toMatch(new RegExp(`^${file}:1: imports "${to}": ${edge} does not point down\\.`));
  });

  it("is seen in every form of import", () => {
    const forms = [
      `import { x } from "../context/ctx.ts";`,
      `import "../context/ctx.ts";`,
      `export * from "../context/ctx.ts";`,
      `export type { X } from "../context/ctx.ts";`,
      `type X = import("../context/ctx.ts").X;`,
      `const x = await import("../context/ctx.ts");`,
      "const x = await import(`../context/ctx.ts`);",
      `import x = require("../context/ctx.ts");`,
      `const x = require("../context/ctx.ts");`,
    ];
    for (const form of forms) {
      expect(check({ "journal/a.ts": `\n${form}` }), form).toEqual([
        `journal/a.ts:2: imports "../context/ctx.ts": journal -> context does not point down. journal may know definition, serde, errors, transient, protocol. Move the shared part down, or hand it in as an argument.`,
      ]);
    }
  });
});

describe("other wrong imports", () => {
  const wrong: readonly (readonly [what: string, file: string, text: string, message: RegExp])[] = [
    ["an entry", "journal/a.ts", `import "../clients.ts";`, /an entry stands above every room/],
    ["an entry by an entry", "fetch.ts", `export * from "./index.ts";`, /an entry stands above every room/],
    ["a Node module", "context/a.ts", `import "node:fs";`, /Node's modules stand only in/],
    ["a Node module without prefix", "fetch.ts", `import "fs/promises";`, /Node's modules stand only in/],
    ["the Node endpoint", "fetch.ts", `export * from "./endpoint/node.ts";`, /must run anywhere/],
    ["the Node endpoint", "endpoint/a.ts", `import "./node/http1.ts";`, /must run anywhere/],
    ["an optional peer", "index.ts", `import "zod";`, /zod is an optional peer/],
    ["another optional peer", "zod.ts", `import "superjson";`, /superjson is an optional peer/],
    ["a stray package", "serde/a.ts", `import "lodash/map";`, /lodash is not a dependency/],
    ["itself by name", "serde/a.ts", `import "@perdure/sdk/clients";`, /@perdure\/sdk is not a dependency/],
    ["the engine", "serde/a.ts", `import "@perdure/engine";`, /@perdure\/engine is not a dependency/],
    [
      "another package's files",
      "serde/a.ts",
      `import "../../../engine/src/a.ts";`,
      /leaves packages\/sdk\/src/,
    ],
    ["a test", "journal/a.ts", `import "./journal.test.ts";`, /that is test code/],
    ["test support", "journal/a.ts", `import "./testing/transcript.ts";`, /that is test code/],
    ["a missing file", "journal/a.ts", `import "./nowhere.ts";`, /there is no such file/],
    ["without extension", "journal/a.ts", `import "./journal";`, /there is no such file/],
  ];

  it.each(wrong)("%s in %s", (_, file, text, message) => {
    const problems = check({ [file]: text });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(message);
  });

  it("a file in an unknown room", () => {
    expect(check({ "utils/a.ts": "" })).toEqual([expect.stringContaining("stands in no known room")]);
  });
});

describe("a circle", () => {
  it("of two files is found, in type imports too", () => {
    const problems = check({
      "journal/a.ts": `import type { B } from "./b.ts";`,
      "journal/b.ts": `export type { A } from "./a.ts";`,
    });
    expect(problems).toEqual([expect.stringContaining("journal/a.ts -> journal/b.ts -> journal/a.ts.")]);
  });

  it("across rooms that may know each other is found", () => {
    const problems = check({ "definition/duration.ts": `import "../errors.ts";` });
    expect(problems).toEqual([expect.stringContaining("errors.ts -> definition/duration.ts -> errors.ts.")]);
  });

  it("of one file is found", () => {
    expect(check({ "serde/a.ts": `import "./a.ts";` })).toEqual([expect.stringContaining("in a circle")]);
  });
});

describe("the engine", () => {
  const engine: Readonly<Record<string, string>> = {
    "engine-api.ts": `import type { S } from "./registry/service-info.ts"; import type { R } from "./state-machine/records.ts";`,
    "registry/service-info.ts": `import type { K } from "@perdure/sdk/internal";`,
    "registry/registry.ts": `import { EngineError } from "../engine-api.ts"; import "node:crypto";`,
    "state-machine/records.ts": "",
    "state-machine/machine.ts": `import type { Write } from "../store/store.ts"; import "../engine-api.ts";`,
    "store/store.ts": "",
    "store/log-store.ts": `import "node:fs"; import "./store.ts";`,
    "admin/admin.ts": `import "../engine-api.ts"; import "../http/face.ts";`,
    "http/face.ts": `import "node:http2";`,
    "create-engine.ts": `import "./admin/admin.ts"; import "./store/log-store.ts";`,
    "cli/main.ts": `import "../create-engine.ts"; import "node:util";`,
    "index.ts": `export * from "./create-engine.ts";`,
    "cli.ts": `import "./cli/main.ts";`,
  };
  const checkEngine = (changes: Readonly<Record<string, string>>): string[] =>
    findProblems({
      rules: ENGINE_RULES,
      files: new Map(Object.entries({ ...engine, ...changes })),
      dependencies: ["@perdure/sdk"],
      optionalPeers: [],
    });

  it("has its own rooms, and single files that others may know", () => {
    expect(checkEngine({})).toEqual([]);
  });

  const wrong: readonly (readonly [file: string, text: string, message: RegExp])[] = [
    ["state-machine/a.ts", `import "node:crypto";`, /Node's modules stand only in the rooms around/],
    ["state-machine/a.ts", `import "../store/log-store.ts";`, /uses Node's modules/],
    ["state-machine/a.ts", `import "../cli/main.ts";`, /uses Node's modules/],
    ["admin/a.ts", `import "../registry/registry.ts";`, /admin -> registry does not point down/],
    ["admin/a.ts", `import "../state-machine/machine.ts";`, /admin -> state-machine does not point down/],
    ["store/a.ts", `import "../registry/registry.ts";`, /store may know no other room/],
    ["http/a.ts", `import "../engine-api.ts";`, /http -> engine-api does not point down/],
    ["cli/a.ts", `import "../cli.ts";`, /an entry stands above every room/],
    ["cli/a.ts", `import "../../../sdk/src/index.ts";`, /leaves packages\/engine\/src/],
    ["cli/a.ts", `import "commander";`, /not a dependency of @perdure\/engine/],
  ];

  it.each(wrong)("%s: %s", (file, text, message) => {
    const problems = checkEngine({ [file]: text });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(message);
  });
});
