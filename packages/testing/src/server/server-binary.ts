import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { RestateServerError } from "./server-error.ts";

/** What to look for, and where. */
export interface BinarySearch {
  /** The npm package; that of a platform has the platform's name behind it. */
  readonly packageName: string;
  /** Files (or URLs of files) from whose folders packages are resolved, the first that finds one wins. */
  readonly from: readonly string[];
  /** As npm writes it, for example `linux-x64`. */
  readonly platform: string;
}

/**
 * The path of the server's executable for this platform, as npm installed it: found
 * from this package, of which it is an optional peer, or from the working directory.
 * Throws a {@link RestateServerError} that says what to install.
 */
export function restateServerPath(search: BinarySearch = hereAndNow()): string {
  const manifest = findManifest(search);
  try {
    // The platform's package is a dependency of the main one, not of ours.
    return createRequire(manifest).resolve(`${search.packageName}-${search.platform}/bin/restate-server`);
  } catch (cause) {
    throw missingBinary(search, manifest, cause);
  }
}

function hereAndNow(): BinarySearch {
  return {
    packageName: "@restatedev/restate-server",
    from: [import.meta.url, join(process.cwd(), "package.json")],
    platform: `${process.platform}-${process.arch}`,
  };
}

function findManifest({ packageName, from }: BinarySearch): string {
  let cause: unknown;
  for (const file of from) {
    try {
      return createRequire(file).resolve(`${packageName}/package.json`);
    } catch (error) {
      cause = error;
    }
  }
  throw new RestateServerError(
    "package_missing",
    `A test asked for a real Restate Server, whose npm package ${packageName} is not installed. ` +
      `Add it to the package of the test: npm install --save-dev ${packageName}`,
    { cause },
  );
}

function missingBinary(
  { packageName, platform }: BinarySearch,
  manifest: string,
  cause: unknown,
): RestateServerError {
  const { optionalDependencies = {} } = JSON.parse(readFileSync(manifest, "utf8")) as {
    optionalDependencies?: Record<string, string>;
  };
  const name = `${packageName}-${platform}`;
  if (name in optionalDependencies) {
    return new RestateServerError(
      "package_missing",
      `${name} is not installed, although ${manifest} depends on it for this platform. ` +
        "Install again without leaving out optional dependencies, on the machine that runs the tests.",
      { cause },
    );
  }
  const known = Object.keys(optionalDependencies).map((other) => other.slice(packageName.length + 1));
  return new RestateServerError(
    "platform_unsupported",
    `${packageName} has no server for ${platform}, only for ${known.join(", ")}. ` +
      "Run this test on one of those, or on the engine of @perdure/testing, which runs wherever Node does.",
    { cause },
  );
}
