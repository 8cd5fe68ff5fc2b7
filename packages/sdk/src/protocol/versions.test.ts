import { describe, expect, it } from "vitest";
import {
  fromInvocationContentType,
  toInvocationContentType,
  toManifestContentType,
  toManifestVersion,
} from "./versions.ts";

describe("invocation content types", () => {
  it.each([5, 6, 7] as const)("stand for version %i", (version) => {
    expect(toInvocationContentType(version)).toBe(`application/vnd.restate.invocation.v${version}`);
    expect(fromInvocationContentType(toInvocationContentType(version))).toBe(version);
  });

  it.each([
    undefined,
    "",
    "application/json",
    "application/vnd.restate.invocation.v4",
    "application/vnd.restate.invocation.v8",
    "application/vnd.restate.invocation.v6; charset=utf-8",
    "application/vnd.restate.invocation.v06",
  ])("%s stands for none", (contentType) => {
    expect(fromInvocationContentType(contentType)).toBeUndefined();
  });
});

describe("manifest versions", () => {
  const type = (version: number) => `application/vnd.restate.endpointmanifest.v${version}+json`;

  it("have a content type", () => {
    expect(toManifestContentType(3)).toBe(type(3));
  });

  it.each([
    [[1, 2, 3, 4].map(type).join(", "), 4],
    [[3, 2].map(type).join(","), 3],
    [`${type(2)};q=0.5, ${type(9)}`, 2],
    [type(1), undefined],
    ["application/json, */*", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("Accept: %s asks for %s", (accept, version) => {
    expect(toManifestVersion(accept)).toBe(version);
  });
});
