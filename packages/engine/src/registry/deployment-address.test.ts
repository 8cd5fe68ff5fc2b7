import { describe, expect, test } from "vitest";
import { toAdditionalHeaders, toDeploymentUri } from "./deployment-address.ts";

describe("toDeploymentUri", () => {
  test.each([
    ["http://localhost:9080", "http://localhost:9080/"],
    ["http://localhost:9080/", "http://localhost:9080/"],
    ["HTTP://LocalHost:80/a/b//", "http://localhost/a/b"],
    ["https://x.example/Path", "https://x.example/Path"],
    ["http://[::1]:9080", "http://[::1]:9080/"],
  ])("%s is %s", (uri, expected) => {
    expect(toDeploymentUri(uri)).toBe(expected);
  });

  test.each([
    ["localhost:9080", "scheme"],
    ["9080", "no URI"],
    ["", "no URI"],
    ["ftp://x/", '"ftp"'],
    ["http://x/?a=b", "query"],
    ["http://x/#a", "fragment"],
    ["http://me:secret@x/", "authorization"],
  ])("%j is refused", (uri, message) => {
    expect(() => toDeploymentUri(uri)).toThrow(
      expect.objectContaining({ status: 400, message: expect.stringContaining(message) }),
    );
  });

  test("a password is not repeated in the error", () => {
    expect(() => toDeploymentUri("http://me:secret@x/")).toThrow(/^(?!.*secret)/);
  });
});

describe("toAdditionalHeaders", () => {
  test("names in lower case, values as they are", () => {
    expect(toAdditionalHeaders({ Authorization: "Bearer x\ty", X: "" })).toEqual({
      authorization: "Bearer x\ty",
      x: "",
    });
  });

  test.each([
    ["a b", "x"],
    ["", "x"],
    ["a:", "x"],
    ["a", "x\r\nb: c"],
    ["a", "\u0000"],
    ["a", "\u20ac"],
    ["Content-Type", "x"],
    ["connection", "close"],
    ["X-Restate-JWT-v1", "x"],
  ])("%j: %j is refused", (name, value) => {
    expect(() => toAdditionalHeaders({ [name]: value })).toThrow(expect.objectContaining({ status: 400 }));
  });
});
