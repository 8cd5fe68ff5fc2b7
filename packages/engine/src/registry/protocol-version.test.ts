import { expect, test } from "vitest";
import { chooseProtocolVersion, supportsProtocolVersion } from "./protocol-version.ts";

test.each([
  [5, 7, undefined, 7],
  [5, 9, undefined, 7],
  [5, 7, 6, 6],
  [1, 5, undefined, 5],
  [7, 7, 6, undefined],
  [8, 9, undefined, undefined],
  [1, 4, undefined, undefined],
] as const)("an endpoint of %s to %s and an engine up to %s speak %s", (min, max, engineMax, version) => {
  expect(chooseProtocolVersion({ minProtocolVersion: min, maxProtocolVersion: max }, engineMax)).toBe(
    version,
  );
});

test.each([
  [5, false],
  [6, true],
  [7, true],
  [8, false],
])("an endpoint of 6 to 7 supports %s: %s", (version, supported) => {
  expect(supportsProtocolVersion({ minProtocolVersion: 6, maxProtocolVersion: 7 }, version)).toBe(supported);
});
