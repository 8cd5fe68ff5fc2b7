import { connect } from "@perdure/sdk/clients";
import { describe, expect, it } from "vitest";
import { PERDURE_SERVE } from "./places/command-kind.ts";
import { httpPlace } from "./places/http-place.ts";
import { inProcessPlace } from "./places/in-process-place.ts";
import { RESTATE } from "./places/restate-kind.ts";
import { codec, vault } from "./suite/services/codec.ts";
import { failureOf, unique, useStage } from "./suite/stage.ts";

/** features.md 5, `journalValueCodecProvider`. */
describe.each([
  httpPlace({ server: RESTATE, transport: "http2" }),
  httpPlace({ server: RESTATE, transport: "fetch-streaming", inactivityTimeout: 0 }),
  httpPlace({ server: RESTATE, transport: "http1" }),
  httpPlace({ server: PERDURE_SERVE, transport: "http2" }),
  httpPlace({ server: PERDURE_SERVE, transport: "http1" }),
  inProcessPlace(),
  inProcessPlace({ inactivityTimeout: 0 }),
])("$name", (place) => {
  const stage = useStage(place, new URL("./suite/services/codec.ts", import.meta.url));
  const ingress = () => connect({ url: stage.running.ingressUrl, journalValueCodec: codec });

  it("all values pass through the codec, and the engine sees none of them", async () => {
    const key = unique("vault");
    const send = await ingress().objectSendClient(vault, key).everywhere("secret");
    expect(await ingress().invocation<string[]>(send.invocationId).attach()).toEqual([
      "secret",
      "secret ran",
      "secret woken",
      "secret called",
      "secret told",
    ]);
    expect(await stage.probe.notes(key)).toHaveLength(1);
    const secret = Buffer.from("secret").toString("hex");
    const hidden = Buffer.from(Buffer.from("secret").map((byte) => byte ^ 0xff)).toString("hex");
    const raw = await stage.admin.values();
    const carrying = raw.filter((entry) => entry.raw.includes(hidden)).map(({ entry_type }) => entry_type);
    expect(new Set(carrying)).toEqual(
      new Set([
        "Command: Input",
        "Command: SetState",
        "Command: GetEagerState",
        "Notification: Run",
        "Command: CompleteAwakeable",
        "Notification: Signal",
        "Command: Call",
        "Notification: Call",
        "Command: CompletePromise",
        "Notification: GetPromise",
        "Command: Output",
      ]),
    );
    const readable = raw.filter((entry) => entry.raw.includes(secret));
    expect(readable).toEqual([]);
    expect(await stage.probe.notes("codecs")).toEqual([1]);
  });

  it("failures do not pass through it", async () => {
    const error = await failureOf(ingress().objectClient(vault, unique("vault")).fails());
    expect(error).toMatchObject({ code: 456, message: "not hidden" });
  });

  it("a client without the codec cannot read", async () => {
    const key = unique("vault");
    const response = await stage.post(`/Vault/${key}/echo`, codec.encode(new TextEncoder().encode('"a"')), {
      "content-type": "application/json",
    });
    expect(response.status).toBe(200);
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(new TextDecoder().decode(bytes)).not.toContain('"a"');
    expect(new TextDecoder().decode(await codec.decode(bytes))).toBe('"a"');
  });
});
