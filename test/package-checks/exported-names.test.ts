import { describe, expect, it } from "vitest";
import { type ExportedName, readExportedNames } from "./exported-names.ts";

const names = readExportedNames();

function describeKind({ isValue, isType }: ExportedName): string {
  if (isValue && isType) return "value, type";
  return isValue ? "value" : "type";
}

describe("the exported names", () => {
  it("are the ones in exported-names.txt (after a wanted change: vitest run --project packages --update)", async () => {
    const lines = [...names].flatMap(([specifier, exported]) => [
      `# ${specifier}`,
      ...exported.map((name) => `${name.name}: ${describeKind(name)}`),
      "",
    ]);
    await expect(lines.join("\n")).toMatchFileSnapshot("./exported-names.txt");
  });

  it.each([...names])("%s exports something", (_, exported) => {
    expect(exported.length).toBeGreaterThan(0);
  });
});
