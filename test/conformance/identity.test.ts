import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { restatePlace } from "./places/restate-places.ts";
import type { Transport } from "./places/serve-application.ts";

/** features.md 6.4: a server that signs, and endpoints that know its key or another one. */

const APPLICATION = new URL("./suite/services/identity.ts", import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "perdure-identity-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function createKey(name: string): { readonly file: string; readonly publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const file = join(folder, `${name}.pem`);
  writeFileSync(file, privateKey.export({ type: "pkcs8", format: "pem" }));
  const raw = publicKey.export({ type: "spki", format: "der" }).subarray(-32);
  return { file, publicKey: `publickeyv1_${toBase58(raw)}` };
}

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

function toBase58(bytes: Uint8Array): string {
  let number = BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
  let text = "";
  for (; number > 0n; number /= 58n) text = ALPHABET[Number(number % 58n)] + text;
  const zeros = bytes.findIndex((byte) => byte !== 0);
  return "1".repeat(Math.max(zeros, 0)) + text;
}

const signing = createKey("signing");
const other = createKey("other");

function placeFor(transport: Transport, keys: readonly string[], signed: boolean) {
  return restatePlace({
    transport,
    env: { IDENTITY_KEYS: keys.join(",") },
    ...(signed && { serverEnv: { RESTATE_REQUEST_IDENTITY_PRIVATE_KEY_PEM_FILE: signing.file } }),
  });
}

describe.each(["http2", "http1", "fetch"] as const)("identity over %s", (transport) => {
  it("the server that holds one of the keys is served; nobody else is, but for health", async () => {
    const running = await placeFor(transport, [other.publicKey, signing.publicKey], true).start(APPLICATION);
    try {
      const response = await fetch(`${running.ingressUrl}/Private/hello`, { method: "POST" });
      expect([response.status, await response.json()]).toEqual([200, "hello"]);
      const accept = "application/vnd.restate.endpointmanifest.v4+json";
      const unsigned = await fetch(`${running.endpointUrl}/discover`, { headers: { accept } });
      expect(unsigned.status).toBe(401);
      const invoked = await fetch(`${running.endpointUrl}/invoke/Private/hello`, {
        method: "POST",
        headers: { "content-type": "application/vnd.restate.invocation.v6" },
      });
      expect(invoked.status).toBe(401);
      expect((await fetch(`${running.endpointUrl}/health`)).status).toBe(200);
    } finally {
      await running.stop();
    }
  });

  it("a server with another key is refused, and so is one that does not sign", async () => {
    await expect(placeFor(transport, [other.publicKey], true).start(APPLICATION)).rejects.toThrow(/401/);
    await expect(placeFor(transport, [signing.publicKey], false).start(APPLICATION)).rejects.toThrow(/401/);
  });
});
