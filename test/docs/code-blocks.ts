/**
 * The fenced blocks of a Markdown text, made ready for the compiler.
 *
 * A block is compiled as a module of its own. What it needs but its reader does not
 * stands in comments right before it, which no page shows:
 *
 * - `<!-- prelude`, then lines of code up to `-->`: they come before the block's.
 * - `<!-- continues -->`: all of the block before comes first, with what came before that.
 */
export interface CodeBlock {
  readonly language: string;
  /** The line of the text on which its code begins, counted from 1. */
  readonly line: number;
  /** What is compiled: hidden lines, then the block's own. */
  readonly code: string;
  /** How many lines of `code` are hidden ones. */
  readonly hiddenLines: number;
}

const FENCE = /^```(\S*)\s*$/;

export function extractCodeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  const lines = markdown.split("\n");
  let hidden: string[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? "";
    const language = FENCE.exec(line)?.[1];
    if (line === "<!-- prelude") {
      const end = lines.indexOf("-->", index);
      if (end < 0) throw new Error(`line ${index + 1}: the prelude has no end`);
      hidden = [...hidden, ...lines.slice(index + 1, end)];
      index = end;
    } else if (line === "<!-- continues -->") {
      const before = blocks.at(-1);
      if (before === undefined) throw new Error(`line ${index + 1}: there is nothing to continue`);
      hidden = [...hidden, ...before.code.split("\n")];
    } else if (language !== undefined) {
      const end = lines.indexOf("```", index + 1);
      if (end < 0) throw new Error(`line ${index + 1}: the block has no end`);
      const code = [...hidden, ...lines.slice(index + 1, end)].join("\n");
      blocks.push({ language, line: index + 2, code, hiddenLines: hidden.length });
      hidden = [];
      index = end;
    } else if (line.trim() !== "" && hidden.length > 0) {
      throw new Error(`line ${index + 1}: a prelude must stand right before its block`);
    }
  }
  return blocks;
}
