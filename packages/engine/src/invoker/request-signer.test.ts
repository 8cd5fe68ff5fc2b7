import { generateKeyPairSync } from "node:crypto";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { describe, expect, test } from "vitest";
import { createVirtualClock } from "../clock/virtual-clock.ts";
import { encodeBase58 } from "./base58.ts";
import { createRequestSigner } from "./request-signer.ts";

/** That endpoints accept what is signed is tested with them: `http-invoker.test.ts`. */

const pemOf = (type: "ed25519" | "x25519"): string => {
  const { privateKey } = type === "ed25519" ? generateKeyPairSync("ed25519") : generateKeyPairSync("x25519");
  return privateKey.export({ format: "pem", type: "pkcs8" }).toString();
};

const clock = createVirtualClock(1_700_000_000_999);

describe("createRequestSigner", () => {
  test("headers and claims are those of protocol section 6", async () => {
    const signer = await createRequestSigner(pemOf("ed25519"), clock);
    expect(signer.publicKey).toMatch(/^publickeyv1_[1-9A-HJ-NP-Za-km-z]{40,44}$/);
    const { "x-restate-jwt-v1": token = "", ...rest } = await signer.sign("/invoke/greeter/greet");
    expect(rest).toEqual({ "x-restate-signature-scheme": "v1" });
    expect(decodeProtectedHeader(token)).toEqual({ typ: "JWT", alg: "EdDSA", kid: signer.publicKey });
    expect(decodeJwt(token)).toEqual({
      aud: "/invoke/greeter/greet",
      iat: 1_700_000_000,
      nbf: 1_699_999_940,
      exp: 1_700_000_060,
    });
  });

  test.each([
    ["no key", "nonsense"],
    ["a key of another kind", pemOf("x25519")],
    ["nothing", ""],
  ])("%s is refused with what to do", async (_what, pem) => {
    await expect(createRequestSigner(pem, clock)).rejects.toThrow(/Ed25519.*openssl/s);
  });
});

describe("encodeBase58", () => {
  test.each([
    [[], ""],
    [[0], "1"],
    [[57], "z"],
    [[58], "21"],
    [[0, 0, 1], "112"],
    [[...new TextEncoder().encode("hello world")], "StV1DL6CwTryKyV"],
  ])("%j", (bytes, expected) => {
    expect(encodeBase58(new Uint8Array(bytes))).toBe(expected);
  });
});
