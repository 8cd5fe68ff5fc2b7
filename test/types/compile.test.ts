import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { checkProjects } from "../../scripts/check-projects.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

it("every *.test-d.ts compiles: what must be accepted is, what must be refused is too", () => {
  expect(checkProjects(["test/types/tsconfig.json"], ROOT)).toBe("");
});
