import { describe, expect, it } from "vitest";
import { toHelp } from "./help.ts";
import { SETTINGS } from "./settings.ts";

describe("the help", () => {
  it.each(["dev", "serve"] as const)("of %s explains every setting", (topic) => {
    const help = toHelp(topic);
    for (const { flag, placeholder } of Object.values(SETTINGS)) {
      expect(help).toContain(`  --${flag} ${placeholder} `);
    }
    expect(help.includes("--watch")).toBe(topic === "dev");
  });

  it.each(["perdure", "dev", "serve"] as const)("of %s fits into 100 columns", (topic) => {
    expect(
      toHelp(topic)
        .split("\n")
        .filter((line) => line.length > 100),
    ).toEqual([]);
  });
});
