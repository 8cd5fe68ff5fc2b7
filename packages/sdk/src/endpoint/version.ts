/** The version of this package; a test holds it equal to the one in package.json. */
export const SDK_VERSION = "0.1.0";

/**
 * What we call ourselves in `x-restate-server`, on every response. The server
 * treats some versions of its own SDK in a special way, so the name is ours.
 */
export const SERVER_HEADER: Readonly<Record<"x-restate-server", string>> = {
  "x-restate-server": `perdure/${SDK_VERSION}`,
};
