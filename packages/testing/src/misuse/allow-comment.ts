import { readFileSync } from "node:fs";

/** What allows the line that it stands on, and the one below it. */
export const ALLOW_COMMENT = "perdure-allow";

/** Answers that are kept, so that a call in a loop reads its file once. */
const ANSWERS_MAX = 1000;

const answers = new Map<string, boolean>();

/** Whether a comment at `line` (`file:line:column`) allows what is done there. */
export function isAllowedByComment(line: string): boolean {
  const known = answers.get(line);
  if (known !== undefined) return known;
  const answer = readAnswer(line);
  if (answers.size >= ANSWERS_MAX) answers.clear();
  answers.set(line, answer);
  return answer;
}

function readAnswer(line: string): boolean {
  const found = /^(.*):(\d+):\d+$/.exec(line);
  if (found?.[1] === undefined) return false;
  let text: string;
  try {
    text = readFileSync(found[1], "utf8");
  } catch {
    // Code without a file, or with a source map to a file that is not here, has no comments.
    return false;
  }
  const at = Number(found[2]);
  return text
    .split("\n")
    .slice(Math.max(0, at - 2), at)
    .some((one) => one.includes(ALLOW_COMMENT));
}
