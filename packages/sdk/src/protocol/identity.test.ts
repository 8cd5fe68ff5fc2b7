import { SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { encodeBase64Url } from "./base64url.ts";
import { createIdentityVerifier, type IdentityRequest, toIdentityAudience } from "./identity.ts";
import { decodePublicKey } from "./identity-key.ts";
import { toHex } from "./testing/hex.ts";

const NOW_S = 1_700_000_000;
const now = () => new Date(NOW_S * 1000);

interface Signer {
  readonly publicKey: string;
  readonly privateKey: CryptoKey;
}

const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

function encodeKey(bytes: Uint8Array): string {
  let rest = BigInt(`0x${toHex(bytes)}`);
  let text = "";
  for (; rest > 0n; rest /= 58n) text = BASE58.charAt(Number(rest % 58n)) + text;
  const zeros = bytes.findIndex((byte) => byte !== 0);
  return `publickeyv1_${"1".repeat(zeros)}${text}`;
}

async function createSigner(): Promise<Signer> {
  const pair = (await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"])) as CryptoKeyPair;
  const raw = await crypto.subtle.exportKey("raw", pair.publicKey);
  return { publicKey: encodeKey(new Uint8Array(raw)), privateKey: pair.privateKey };
}

const signer = await createSigner();
const stranger = await createSigner();

const claims = { aud: "/invoke/Svc/handler", iat: NOW_S, nbf: NOW_S - 60, exp: NOW_S + 60, sub: "key" };

function sign(payload: Record<string, unknown>, by: Signer = signer): Promise<string> {
  return new SignJWT(payload)
    .setProtectedHeader({ typ: "JWT", alg: "EdDSA", kid: by.publicKey })
    .sign(by.privateKey);
}

function requestOf(
  token: string | undefined,
  overrides?: { path?: string; scheme?: string | undefined },
): IdentityRequest {
  const headers: Record<string, string | undefined> = {
    "x-restate-signature-scheme": "v1",
    "x-restate-jwt-v1": token,
    ...(overrides && "scheme" in overrides ? { "x-restate-signature-scheme": overrides.scheme } : {}),
  };
  return { path: overrides?.path ?? "/invoke/Svc/handler", header: (name) => headers[name] };
}

const verify = createIdentityVerifier([signer.publicKey], { now });

function unproven(reason: string | RegExp) {
  const message =
    typeof reason === "string"
      ? `The request's identity is not proven: ${reason}`
      : expect.stringMatching(reason);
  return expect.objectContaining({ name: "ProtocolError", code: 401, message });
}

describe("a request", () => {
  it("passes if it is signed", async () => {
    await expect(verify(requestOf(await sign(claims)))).resolves.toBeUndefined();
    const mounted = requestOf(await sign(claims), { path: "/some/prefix/invoke/Svc/handler" });
    await expect(verify(mounted)).resolves.toBeUndefined();
  });

  it("passes without keys", async () => {
    await expect(createIdentityVerifier([])(requestOf(undefined))).resolves.toBeUndefined();
  });

  it("passes if any key verifies it", async () => {
    const verifyAny = createIdentityVerifier([stranger.publicKey, signer.publicKey], { now });
    await expect(verifyAny(requestOf(await sign(claims)))).resolves.toBeUndefined();
    await expect(verifyAny(requestOf(await sign(claims, stranger)))).resolves.toBeUndefined();
  });

  it.each([
    [undefined, "the header x-restate-signature-scheme is missing"],
    ["unsigned", "the signature scheme is not v1"],
    ["v2", "the signature scheme is not v1"],
  ])("doesn't pass with the scheme %s", async (scheme, reason) => {
    await expect(verify(requestOf(await sign(claims), { scheme }))).rejects.toEqual(unproven(reason));
  });

  it("doesn't pass without a token", async () => {
    await expect(verify(requestOf(undefined))).rejects.toEqual(
      unproven("the header x-restate-jwt-v1 is missing"),
    );
  });

  it("doesn't pass if a stranger signed it", async () => {
    const reason = "no key verifies the signature";
    await expect(verify(requestOf(await sign(claims, stranger)))).rejects.toEqual(unproven(reason));
  });

  it.each(["aud", "exp", "iat", "nbf"] as const)("doesn't pass without the claim %s", async (claim) => {
    const { [claim]: _, ...rest } = claims;
    await expect(verify(requestOf(await sign(rest)))).rejects.toEqual(unproven(new RegExp(`"${claim}"`)));
  });

  it.each<[string, Record<string, unknown>]>([
    ["aud", { aud: "/invoke/Svc/other" }],
    ["aud", { aud: "/prefix/invoke/Svc/handler" }],
    ["exp", { exp: NOW_S }],
    ["nbf", { nbf: NOW_S + 1 }],
    ["iat", { iat: "then" }],
    ["exp", { exp: "9999999999" }],
    ["nbf", { nbf: "0" }],
  ])("doesn't pass with a wrong %s: %j", async (claim, wrong) => {
    const token = await sign({ ...claims, ...wrong });
    await expect(verify(requestOf(token))).rejects.toEqual(unproven(new RegExp(`"${claim}"`)));
  });

  it("passes with no leeway to spare", async () => {
    const token = await sign({ ...claims, exp: NOW_S + 1, nbf: NOW_S });
    await expect(verify(requestOf(token))).resolves.toBeUndefined();
  });

  it("doesn't pass with another algorithm", async () => {
    const secret = new TextEncoder().encode(signer.publicKey.padEnd(64));
    const hmac = await new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).sign(secret);
    const [, payload] = hmac.split(".");
    const none = `${btoa(JSON.stringify({ alg: "none" })).replaceAll("=", "")}.${payload}.`;
    for (const token of [hmac, none]) {
      await expect(verify(requestOf(token))).rejects.toEqual(unproven(/"alg"/));
    }
  });

  it("doesn't pass when the token demands what is not known", async () => {
    const head = { alg: "EdDSA", crit: ["b64"], b64: true };
    const demanding = await new SignJWT(claims).setProtectedHeader(head).sign(signer.privateKey);
    await expect(verify(requestOf(demanding))).rejects.toEqual(unproven(/"crit"/));
  });

  it("doesn't pass with any part of the token changed", async () => {
    const [header = "", payload = "", signature = ""] = (await sign(claims)).split(".");
    const [, other = ""] = (await sign({ ...claims, exp: NOW_S + 61 })).split(".");
    const changed = [
      `${header}.${other}.${signature}`,
      `${header}.${payload}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`,
      `${header}.${payload}.${signature.slice(0, -4)}`,
      `${header}.${payload}.`,
    ];
    for (const token of changed) {
      await expect(verify(requestOf(token))).rejects.toEqual(unproven("no key verifies the signature"));
    }
    for (const token of [
      `${header}.${payload}.${signature}=`,
      `${header}.${payload}`,
      `${header}.${payload}.${signature}.`,
    ]) {
      await expect(verify(requestOf(token))).rejects.toEqual(unproven("the token is malformed"));
    }
  });

  it("doesn't pass with claims that are no object", async () => {
    const encode = (value: unknown) => btoa(JSON.stringify(value)).replaceAll("=", "");
    for (const value of ["text", ["list"], null]) {
      const signed = `${encode({ alg: "EdDSA" })}.${encode(value)}`;
      const bytes = await crypto.subtle.sign("Ed25519", signer.privateKey, new TextEncoder().encode(signed));
      const token = `${signed}.${encodeBase64Url(new Uint8Array(bytes))}`;
      await expect(verify(requestOf(token))).rejects.toEqual(unproven("the token is malformed"));
    }
  });

  it("passes if the path is among several audiences", async () => {
    const token = await sign({ ...claims, aud: ["/other", claims.aud] });
    await expect(verify(requestOf(token))).resolves.toBeUndefined();
  });

  it.each(["", "x", "a.b.c", "....", "\ud83d.a.b"])(
    "doesn't pass with the malformed token %j",
    async (token) => {
      await expect(verify(requestOf(token))).rejects.toEqual(unproven(/not proven/));
    },
  );
});

describe("a public key", () => {
  it("is 32 bytes in base58", () => {
    expect(decodePublicKey(encodeKey(new Uint8Array(32).fill(7)))).toEqual(new Uint8Array(32).fill(7));
    const zeroFirst = Uint8Array.from({ length: 32 }, (_, index) => (index < 2 ? 0 : index));
    expect(decodePublicKey(encodeKey(zeroFirst))).toEqual(zeroFirst);
  });

  it.each([
    ["", /has to start with "publickeyv1_"$/],
    [signer.publicKey.slice(12), /has to start with "publickeyv1_"$/],
    ["publickeyv1_", /has to be followed by 32 bytes in base58$/],
    [encodeKey(new Uint8Array(31).fill(7)), /has to be followed by 32 bytes in base58$/],
    [encodeKey(new Uint8Array(33).fill(7)), /has to be followed by 32 bytes in base58$/],
    [`${signer.publicKey.slice(0, -1)}0`, /has to be followed by 32 bytes in base58$/],
    [`publickeyv1_${"z".repeat(100_000)}`, /has to be followed by 32 bytes in base58$/],
  ])("is refused when it is %s", (key, message) => {
    expect(() => createIdentityVerifier([key])).toThrow(message);
  });
});

describe("the audience", () => {
  it.each([
    ["/invoke/a/b", "/invoke/a/b"],
    ["/x/y/invoke/a/b", "/invoke/a/b"],
    ["/invoke/invoke/b", "/invoke/invoke/b"],
    ["/discover", "/discover"],
    ["/x/discover", "/discover"],
    ["/invoke/a/discover", "/invoke/a/discover"],
    ["/invoke/b", "/invoke/b"],
    ["/x/serdes/a/encode/b", "/x/serdes/a/encode/b"],
    ["", ""],
  ])("of %s is %s", (path, audience) => {
    expect(toIdentityAudience(path)).toBe(audience);
  });
});
