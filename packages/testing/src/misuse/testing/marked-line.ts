import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** `file:line` of the line that ends with the comment `// here: name`, in a file beside this one. */
export function markedLine(file: string, name: string): string {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const lines = readFileSync(path, "utf8").split("\n");
  const found = lines.flatMap((line, index) => (line.endsWith(`// here: ${name}`) ? [index + 1] : []));
  if (found.length !== 1) throw new Error(`${file} has ${found.length} lines that are marked "${name}".`);
  return `${path}:${found[0]}`;
}
