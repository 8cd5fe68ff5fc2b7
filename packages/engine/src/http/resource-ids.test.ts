import { expect, test } from "vitest";
import { findAwakeableIdProblem, findDeploymentIdProblem, findInvocationIdProblem } from "./resource-ids.ts";

test.each([
  ["inv_13ccyCABxEDt2ldWX2WU0oUxXXDnPrfoHN", undefined],
  ["", "bad length"],
  ["x", "bad format"],
  ["inv", "bad format"],
  ["inv_", "bad length"],
  ["inv_1", "bad length"],
  ["inv_bad", "unrecognized codec version"],
  ["inv__1", "unrecognized codec version"],
  ["foo_1abc", "unrecognized resource type: foo"],
  ["_1abc", "unrecognized resource type: "],
  ["INV_13ccyCABxEDt2ldWX2WU0oUxXXDnPrfoHN", "unrecognized resource type: INV"],
  ["dp_13ccyCABxEDt2ldWX2WU0oUxXXDnPrfoHN", "id doesn't match the expected type"],
  ["inv_13ccyCABxEDt2ldWX2WU0oUxXXDnPrfoH", "bad length"],
  ["inv_13ccyCABxEDt2ldWX2WU0oUxXXDnPrfoHMM", "bad length"],
  ["inv_13ccyCABxEDt2ldWX2WU0oUxXXDnPrfo__", "base62 decode error"],
  [`inv_1${"z".repeat(33)}`, "base62 decode error"],
])("invocation id %s: %s", (id, problem) => {
  expect(findInvocationIdProblem(id)).toBe(problem);
});

test.each([
  ["dp_10LxpggWfY1gEumitZsKlrP", undefined],
  ["dp_bad", "unrecognized codec version"],
  ["inv_1aaa", "id doesn't match the expected type"],
  ["bad", "bad format"],
])("deployment id %s: %s", (id, problem) => {
  expect(findDeploymentIdProblem(id)).toBe(problem);
});

test.each([
  ["sign_1UVc6jUX4G_0AQvJVptfwlbjyuWK4xfIwAAAAEQ", undefined],
  ["sign_1UVc6jUX4G_0AQvJVptfwlbjyuWK4xfIwAAAAEQ=", undefined],
  ["sign_1UVc6jUX4G_0AQvJVptfwlbjyuWK4xfIwAAAAEQ==", undefined],
  ["prom_1UVc6jUX4G_0AQvJVptfwlbjyuWK4xfIwAAAAEQ", undefined],
  ["", "bad length"],
  ["x", "bad format"],
  ["prom_2x", "unrecognized codec version"],
  ["sign_1x", "id doesn't match the expected type"],
  ["sign_1UVc6jUX4G%5F0AQvJVptfwlbjyuWK4xfIwAAAAEQ", "id doesn't match the expected type"],
  ["inv_13ccyCABxEDt2ldWX2WU0oUxXXDnPrfoHM", "id doesn't match the expected type"],
  ["foo_1x", "unrecognized resource type: foo"],
  ["prom_1", "bad length"],
  ["prom_1A", "base62 decode error"],
  ["prom_1AA", "bad length"],
  [`prom_1${"A".repeat(37)}`, "base62 decode error"],
  [`prom_1${"A".repeat(39)}`, "bad length"],
])("awakeable id %s: %s", (id, problem) => {
  expect(findAwakeableIdProblem(id)).toBe(problem);
});
