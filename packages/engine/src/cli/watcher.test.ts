import { describe, expect, it } from "vitest";
import { isIgnored } from "./watcher.ts";

describe("what is watched", () => {
  it.each(["app.ts", "lib/a.mjs", "view.tsx", "package.json", ".env", ".env.local"])(
    "the file %s",
    (path) => {
      expect(isIgnored(path, true)).toBe(false);
    },
  );

  it.each(["src", "/home/me/project", ".", ".."])("the folder %s", (path) => {
    expect(isIgnored(path, false)).toBe(false);
  });
});

describe("what is not", () => {
  it.each(["000001.log", "notes.txt", ".gitignore", "app.ts~"])("the file %s", (path) => {
    expect(isIgnored(path, true)).toBe(true);
  });

  it.each(["node_modules", "packages/a/node_modules", ".git", ".perdure"])("the folder %s", (path) => {
    expect(isIgnored(path, false)).toBe(true);
  });
});
