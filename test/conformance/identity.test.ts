import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { PERDURE_SERVE } from "./places/command-kind.ts";
import { type Listening, listen, type Transport } from "./places/listen.ts";
import { RESTATE } from "./places/restate-kind.ts";
import type { RunningServer } from "./places/server.ts";
import { privateTo } from "./suite/services/identity.ts";

/** features.md 6.4: servers that sign, and endpoints that know their key or another one. */

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

describe.each([RESTATE, PERDURE_SERVE])("identity with $name", (kind) => {
  let signer: RunningServer;
  let unsigned: RunningServer;
  const open: Listening[] = [];

  beforeAll(async () => {
    [signer, unsigned] = await Promise.all([kind.start({ identityKeyFile: signing.file }), kind.start()]);
  });

  afterEach(async () => {
    for (const endpoint of open.splice(0)) await endpoint.close();
  });

  afterAll(async () => {
    await Promise.all([signer?.stop(), unsigned?.stop()]);
  });

  async function serveFor(transport: Transport, keys: readonly string[]): Promise<string> {
    const endpoint = await listen(transport, privateTo(keys), 0);
    open.push(endpoint);
    return `http://127.0.0.1:${endpoint.port}`;
  }

  describe.each(["http2", "http1", "fetch"] as const)("over %s", (transport) => {
    const options = { useHttp11: transport !== "http2" };

    it("the server that holds one of the keys is served; nobody else is, but for health", async () => {
      const url = await serveFor(transport, [other.publicKey, signing.publicKey]);
      await signer.admin.registerDeployment(url, options);
      const response = await fetch(`${signer.ingressUrl}/Private/hello`, { method: "POST" });
      expect([response.status, await response.json()]).toEqual([200, "hello"]);
      const accept = "application/vnd.restate.endpointmanifest.v4+json";
      const discovered = await fetch(`${url}/discover`, { headers: { accept } });
      expect(discovered.status).toBe(401);
      const invoked = await fetch(`${url}/invoke/Private/hello`, {
        method: "POST",
        headers: { "content-type": "application/vnd.restate.invocation.v6" },
      });
      expect(invoked.status).toBe(401);
      expect((await fetch(`${url}/health`)).status).toBe(200);
    });

    it("a server with another key is refused, and so is one that does not sign", async () => {
      const elsewhere = await serveFor(transport, [other.publicKey]);
      await expect(signer.admin.registerDeployment(elsewhere, options)).rejects.toThrow(/401/);
      const here = await serveFor(transport, [signing.publicKey]);
      await expect(unsigned.admin.registerDeployment(here, options)).rejects.toThrow(/401/);
    });
  });
});
