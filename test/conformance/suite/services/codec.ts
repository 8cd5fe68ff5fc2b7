import {
  type EndpointOptions,
  type JournalValueCodec,
  type ObjectContext,
  object,
  TerminalError,
  type WorkflowContext,
  type WorkflowSharedContext,
  workflow,
} from "@perdure/sdk";
import { note } from "../../places/probe.ts";

/** An application whose values are all hidden from the engine. */

const MARK = 0x2a;
let salt = 0;

/** Inverts the bits, and begins with other bytes each time, as an encryption would. */
export const codec: JournalValueCodec = {
  encode(buf) {
    salt = (salt + 1) % 256;
    return Uint8Array.from([MARK, salt, ...buf.map((byte) => byte ^ 0xff)]);
  },
  async decode(buf) {
    if (buf[0] !== MARK) throw new Error("these bytes were never encoded");
    await new Promise((resolve) => setTimeout(resolve, 1));
    return buf.slice(2).map((byte) => byte ^ 0xff);
  },
};

export const vault = object({
  name: "Vault",
  handlers: {
    everywhere: async (ctx: ObjectContext<{ treasure: string }>, secret: string) => {
      ctx.set("treasure", secret);
      const ran = await ctx.run("run", () => {
        note(ctx.key);
        return `${secret} ran`;
      });
      await ctx.sleep(1);
      const { id, promise } = ctx.awakeable<string>();
      ctx.resolveAwakeable(id, `${secret} woken`);
      const woken = await promise;
      const called = await ctx.objectClient<Echoing>(VAULT, `${ctx.key} other`).echo(`${secret} called`);
      const flow = ctx.workflowClient(vaultFlow, ctx.key);
      const flowed = flow.run();
      await flow.tell(`${secret} told`);
      return [await ctx.get("treasure"), ran, woken, called, await flowed];
    },
    echo: async (_ctx: ObjectContext, text: string) => text,
    fails: async (_ctx: ObjectContext): Promise<string> => {
      throw new TerminalError("not hidden", { errorCode: 456 });
    },
  },
});
const VAULT = { name: "Vault" } as const;
interface Echoing {
  echo(ctx: ObjectContext, text: string): Promise<string>;
}

export const vaultFlow = workflow({
  name: "VaultFlow",
  handlers: {
    run: async (ctx: WorkflowContext) => ctx.promise<string>("told"),
    tell: async (ctx: WorkflowSharedContext, text: string) => ctx.promise<string>("told").resolve(text),
  },
});

let made = 0;

export const endpointOptions: EndpointOptions = {
  services: [vault, vaultFlow],
  journalValueCodecProvider: async () => {
    note("codecs", ++made);
    return codec;
  },
};
