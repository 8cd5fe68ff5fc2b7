import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { extractCodeBlocks } from "./code-blocks.ts";
import { findAnchors, findLinks, findPaths, findScripts } from "./references.ts";
import { typeCheck } from "./type-check.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const tsconfig = fileURLToPath(new URL("../tsconfig.json", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");

const documents = [
  ...["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"],
  ...readdirSync(join(root, "docs"))
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file}`),
];

/** Where the paths in the documents begin. */
const BASES = ["", "packages/sdk/src", "packages/examples/src"];

it("every TypeScript block of every document compiles", () => {
  const blocks = documents.flatMap((document) =>
    extractCodeBlocks(read(document))
      .filter(({ language }) => language === "ts")
      .map((block) => ({ document, block })),
  );
  expect(blocks.length).toBeGreaterThan(20);
  expect(typeCheck(blocks, tsconfig)).toEqual([]);
});

it("a block that does not compile is found, with its line in the document", () => {
  const markdown = [
    "# Title",
    "<!-- prelude",
    'import { type Context, service } from "@perdure/sdk";',
    'const greeter = service({ name: "greeter", handlers: { greet: async (_ctx: Context, name: string) => name } });',
    "declare const ctx: Context;",
    "-->",
    "```ts",
    'const greeting = await ctx.serviceClient(greeter).greet("Mary");',
    "```",
    "Then:",
    "<!-- continues -->",
    "```ts",
    "console.log(greeting);",
    "const n: number = greeting;",
    "```",
  ].join("\n");
  const blocks = extractCodeBlocks(markdown).map((block) => ({ document: "made-up.md", block }));
  expect(typeCheck(blocks, tsconfig)).toEqual([
    "made-up.md:14: Type 'string' is not assignable to type 'number'.",
  ]);
});

describe.each(documents)("%s", (document) => {
  const text = read(document);

  it("has blocks only in languages that are checked, or that nobody could compile", () => {
    const languages = extractCodeBlocks(text).map(({ language }) => language);
    expect(languages.filter((language) => !["ts", "sh", "text", "json"].includes(language))).toEqual([]);
  });

  it("links only to what is there", () => {
    const missing = findLinks(text).filter((link) => {
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? document : join(dirname(document), path);
      if (!existsSync(join(root, target))) return true;
      return anchor !== undefined && !findAnchors(read(target)).includes(anchor);
    });
    expect(missing).toEqual([]);
  });

  it("names only files that are there", () => {
    const missing = findPaths(text).filter(
      (path) => !BASES.some((base) => existsSync(join(root, base, path))),
    );
    expect(missing).toEqual([]);
  });

  it("names only scripts that are there", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const known = ["install", "exec", ...Object.keys(scripts)];
    expect(findScripts(text).filter((script) => !known.includes(script))).toEqual([]);
  });
});
