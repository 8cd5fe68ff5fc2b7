import { describe, expect, it } from "vitest";
import { extractCodeBlocks } from "./code-blocks.ts";
import { findAnchors, findLinks, findPaths, findScripts } from "./references.ts";

const PAGE = [
  "# A page",
  "",
  "## Time, chance & more",
  "See [there](other.md#part), [here](#a-page), [outside](https://example.org), and",
  "`journal/heap.ts`, `packages/examples/`, `endpoint/node*`, `ctx.run`.",
  "<!-- [hidden](gone.md) `gone/file.ts` -->",
  "```sh",
  "npx -y pnpm@10 demo # [no](link.md) `no/file.ts`",
  "npx -y pnpm@10 run ci",
  "```",
].join("\n");

describe("references of a document", () => {
  it("are links within the repository", () => {
    expect(findLinks(PAGE)).toEqual(["other.md#part", "#a-page"]);
  });

  it("are anchors as pages make them of headings", () => {
    expect(findAnchors(PAGE)).toEqual(["a-page", "time-chance--more"]);
  });

  it("are paths of files, and scripts, those in blocks too", () => {
    expect(findPaths(PAGE)).toEqual(["journal/heap.ts"]);
    expect(findScripts(PAGE)).toEqual(["demo", "ci"]);
  });
});

describe("code blocks", () => {
  it.each([
    ["a prelude without an end", "<!-- prelude\nconst a = 1;", "line 1: the prelude has no end"],
    ["a block without an end", "text\n```ts\nconst a = 1;", "line 2: the block has no end"],
    ["nothing to continue", "<!-- continues -->\n```ts\n```", "line 1: there is nothing to continue"],
    [
      "a prelude that stands alone",
      "<!-- prelude\nlet a;\n-->\ntext\n```ts\n```",
      "line 4: a prelude must stand",
    ],
  ])("refuse %s", (_name, markdown, message) => {
    expect(() => extractCodeBlocks(markdown)).toThrow(message);
  });
});
