/** What documents point to: other documents, headings, files of the repository, scripts. */

/** `[text](target)`, without those that lead outside. */
export function findLinks(markdown: string): string[] {
  const found = withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)/g);
  return [...found].map((match) => match[1] ?? "").filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors that a page makes of its headings. */
export function findAnchors(markdown: string): string[] {
  const headings = withoutCode(markdown).matchAll(/^#+ (.+)$/gm);
  return [...headings].map((match) =>
    (match[1] ?? "")
      .toLowerCase()
      .replace(/[^\w\s-]/g, "")
      .trim()
      .replace(/\s/g, "-"),
  );
}

/** Paths in backticks: `room/file.ts` and the like. Patterns with stars or braces are none. */
export function findPaths(markdown: string): string[] {
  const found = withoutCode(markdown).matchAll(/`([\w@.-]+\/[\w@./-]*\.(?:ts|md|json|proto))`/g);
  return [...found].map((match) => match[1] ?? "");
}

/** The scripts in `npx -y pnpm@10 <script>` and `npx -y pnpm@10 run <script>`. */
export function findScripts(markdown: string): string[] {
  const found = markdown.matchAll(/npx -y pnpm@10 (?:run )?([\w:-]+)/g);
  return [...found].map((match) => match[1] ?? "");
}

function withoutCode(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```$/gm, "").replace(/<!--[\s\S]*?-->/g, "");
}
