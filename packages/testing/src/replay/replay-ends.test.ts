import { createEngine } from "@perdure/engine";
import {
  type Context,
  type JournalValueCodec,
  type ObjectContext,
  object,
  type Serde,
  serde,
  service,
  type WorkflowContext,
  workflow,
} from "@perdure/sdk";
import { rpc } from "@perdure/sdk/clients";
import { afterEach, describe, expect, test, vi } from "vitest";
import { isRecordedCommand } from "../journal/entry.ts";
import { toRecordedJournal } from "../journal/from-engine.ts";
import type { RecordedEntry, RecordedJournal } from "../journal/recorded-journal.ts";
import { redact } from "../journal/redact.ts";
import type { Definitions } from "./find-handler.ts";
import { replay } from "./replay.ts";

/** How replays end: of what has ended, what runs, what was redacted, and with other versions. */

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const ID = "inv_1lJigA3vrMfT1umzTy2XVbS31h5M2x3XR6";

function journalOf(entries: readonly RecordedEntry[], rest: Partial<RecordedJournal> = {}): RecordedJournal {
  return {
    format: "perdure-journal/1",
    invocationId: ID,
    target: { service: "S", handler: "run", kind: "service" },
    protocolVersion: 6,
    randomSeed: "42",
    entries,
    ...rest,
  };
}

type Body = (ctx: Context, input: unknown) => Promise<unknown>;

function codeOf(run: Body): Definitions {
  return service({ name: "S", handlers: { run } });
}

const INPUT: RecordedEntry = { command: "Input", value: { json: "in" } };

describe("a journal that does not end", () => {
  test("the code waits for what comes next", async () => {
    const code = codeOf(async (ctx) => {
      await ctx.sleep(1, "nap");
      const { promise } = ctx.awakeable();
      await Promise.all([promise, ctx.run("b", () => expect.unreachable())]);
    });
    const entries: RecordedEntry[] = [
      INPUT,
      { command: "Sleep", name: "nap", completionId: 1, wakeUpTimeMs: 17 },
      { notification: "Sleep", completionId: 1, result: "void" },
    ];
    expect(await replay(code, journalOf(entries))).toEqual({
      outcome: "waiting",
      steps: 1,
      beyond: ['Run "b"'],
      waitingFor: ['Run "b"', "awakeable 17"],
      error: undefined,
    });
    const run: RecordedEntry = { command: "Run", name: "b", completionId: 2 };
    expect(await replay(code, journalOf([...entries, run]))).toMatchObject({ steps: 2, beyond: [] });
  });

  test("the code fails at its end and would be retried", async () => {
    const broken = new Error("down");
    const code = codeOf(async () => {
      throw broken;
    });
    expect(await replay(code, journalOf([INPUT]))).toMatchObject({ outcome: "retrying", error: broken });
  });

  test("the code comes to its end without more", async () => {
    expect(
      await replay(
        codeOf(async () => 1),
        journalOf([INPUT]),
      ),
    ).toMatchObject({
      outcome: "completed",
      beyond: ["Output success"],
    });
  });
});

test("code that waits for something else gets stuck, with the line of its last step", async () => {
  const code = codeOf(async (ctx) => {
    ctx.serviceSendClient<{ h: (ctx: Context) => Promise<void> }>({ name: "T" }).h();
    await new Promise(() => {});
  });
  const replayed = replay(code, journalOf([INPUT]), { timeoutMs: 20 });
  await expect(replayed).rejects.toThrow(/got stuck after OneWayCall T\/h at .*replay-ends\.test\.ts:\d+/);
  await expect(replayed).rejects.toMatchObject({ code: "stuck" });
});

test("foreign work that comes back in time is no divergence", async () => {
  const code = codeOf(async (ctx) => {
    const call = ctx.sleep(1, "a");
    await new Promise((resolve) => setTimeout(resolve, 5));
    await ctx.run("b", () => 1);
    await call;
    return 1;
  });
  const entries: RecordedEntry[] = [
    INPUT,
    { command: "Sleep", name: "a", completionId: 1, wakeUpTimeMs: 1 },
    { command: "Run", name: "b", completionId: 2 },
    { notification: "Run", completionId: 2, result: { success: { json: 1 } } },
    { notification: "Sleep", completionId: 1, result: "void" },
    { command: "Output", result: { success: { json: 1 } } },
  ];
  expect(await replay(code, journalOf(entries))).toMatchObject({ outcome: "completed" });
});

async function record(
  definition: Parameters<typeof createEngine>[0],
  act: (client: Awaited<ReturnType<typeof createEngine>>["client"]) => Promise<unknown>,
): Promise<RecordedJournal> {
  const engine = await createEngine({ ...definition, ephemeral: true });
  closing.push(() => engine.close());
  await act(engine.client);
  const done = await vi.waitFor(() => {
    const [first] = engine.api.completedInvocations();
    if (first === undefined) throw new Error("nothing has ended");
    return first;
  });
  const archive = await engine.api.archive(done.id);
  if (archive === undefined) throw new Error("no archive");
  return toRecordedJournal(archive);
}

describe("a redacted journal", () => {
  const login = service({
    name: "Login",
    handlers: {
      start: async (ctx: Context, { user, password }: { user: string; password: string }) => {
        const { token } = await ctx.run("token", () => ({ token: `t-${password}-9`, hours: 3 }));
        await ctx.run(`with ${token}`, () => 1);
        return { user, greeting: `Bearer ${token}` };
      },
    },
  });
  const recorded = (): Promise<RecordedJournal> =>
    record({ services: [login] }, (client) =>
      client.serviceClient(login).start({ user: "mary", password: "hunter22" }),
    );

  test("still agrees, and still diverges where it is not redacted", async () => {
    const journal = redact(await recorded(), { fields: ["password", "token.token"] });
    expect(JSON.stringify(journal)).not.toContain("hunter22");
    expect(await replay(login, journal)).toMatchObject({ outcome: "completed", steps: 3 });
    const renamed = service({
      name: "Login",
      handlers: {
        start: async (ctx: Context, { user }: { user: string }) => {
          const { token } = await ctx.run<{ token: string }>("token", () => expect.unreachable());
          await ctx.run(`by ${token}`, () => 1);
          return user;
        },
      },
    });
    await expect(replay(renamed, journal)).rejects.toThrow(
      /name: the journal holds "with \[redacted\]", the code tried "by \[redacted\]"[\s\S]*redacted: what the code decides/,
    );
  });

  test("a whole payload that was taken out counts as equal", async () => {
    const journal = await recorded();
    const entries = journal.entries.map((entry) =>
      isRecordedCommand(entry) && entry.command === "Output"
        ? { command: "Output" as const, result: { success: { redacted: true } } }
        : entry,
    );
    expect(await replay(login, { ...journal, entries })).toMatchObject({ outcome: "completed" });
  });

  test("a value of the same type keeps code running that checks its input", async () => {
    const pay = service({
      name: "Pay",
      handlers: {
        pay: async (_ctx: Context, { amount }: { amount: number }) => {
          if (typeof amount !== "number") throw new TypeError("no number");
          return amount;
        },
      },
    });
    const journal = await record({ services: [pay] }, (client) =>
      client.serviceClient(pay).pay({ amount: 31 }),
    );
    await expect(replay(pay, redact(journal, { fields: ["amount"] }))).rejects.toThrow(
      /failed with TypeError/,
    );
    const zero = redact(journal, { where: ({ value }) => value === 31, replaceBy: () => 0 });
    expect(await replay(pay, zero)).toMatchObject({ outcome: "completed" });
  });
});

describe("random numbers", () => {
  const ticket = service({
    name: "Ticket",
    handlers: {
      open: async (ctx: Context) => {
        const id = ctx.rand.uuidv4();
        await ctx.run(`open ${id}`, () => id);
        return { id };
      },
    },
  });
  const recorded = (): Promise<RecordedJournal> =>
    record({ services: [ticket] }, (client) => client.serviceClient(ticket).open());

  test("are the recorded ones", async () => {
    expect(await replay(ticket, await recorded())).toMatchObject({ outcome: "completed" });
  });

  test("another seed gives others", async () => {
    await expect(replay(ticket, await recorded(), { randomSeed: 1n })).rejects.toThrow(
      /name: the journal holds "open/,
    );
  });

  test("without a seed, random ids count as equal", async () => {
    const { randomSeed, ...journal } = await recorded();
    expect(await replay(ticket, journal)).toMatchObject({ outcome: "completed" });
    expect(await replay(ticket, journal, { randomSeed: BigInt(randomSeed ?? "") })).toMatchObject({
      steps: 2,
    });
  });
});

test("a journal codec: what is compared are the values, however they were encrypted", async () => {
  let salt = 0;
  const codec: JournalValueCodec = {
    encode: (bytes) => {
      salt = (salt + 1) % 251;
      return new Uint8Array([salt, ...bytes.map((byte) => byte ^ 0x5a)]);
    },
    decode: async (bytes) => bytes.slice(1).map((byte) => byte ^ 0x5a),
  };
  const journalValueCodecProvider = async (): Promise<JournalValueCodec> => codec;
  const store = (result: string) =>
    object({
      name: "Store",
      handlers: {
        put: async (ctx: ObjectContext, value: unknown) => {
          await ctx.get("value");
          ctx.set("value", await ctx.run(() => value));
          return result;
        },
      },
    });
  const encrypted: Serde<unknown> = {
    contentType: "application/json",
    serialize: (value) => codec.encode(serde.json.serialize(value)),
    deserialize: () => undefined,
  };
  const journal = await record({ services: [store("done")], journalValueCodecProvider }, (client) =>
    client
      .objectClient(store("done"), "k")
      .put("apple", rpc.opts({ input: encrypted, output: encrypted as never })),
  );
  const options = { journalValueCodecProvider };
  expect(await replay(store("done"), journal, options)).toMatchObject({ outcome: "completed", steps: 4 });
  await expect(replay(store("gone"), journal, options)).rejects.toThrow(
    /result\.value: the journal holds "done", the code tried "gone"/,
  );
});

test("a workflow, its state and its promises", async () => {
  const signup = workflow({
    name: "Signup",
    handlers: {
      run: async (ctx: WorkflowContext, mail: string) => {
        ctx.set("mail", mail);
        await ctx.promise<string>("sent").resolve(mail);
        const sent = await ctx.promise<string>("sent");
        return { sent, keys: await ctx.stateKeys(), key: ctx.key };
      },
    },
  });
  const journal = await record({ services: [signup] }, (client) =>
    client.workflowClient(signup, "w").workflowSubmit("m"),
  );
  expect(journal.target).toEqual({ service: "Signup", handler: "run", key: "w", kind: "workflow" });
  expect(await replay([signup], journal)).toMatchObject({ outcome: "completed" });
});

describe("protocol versions", () => {
  const code = codeOf(async (ctx) => {
    await ctx.run("a", () => 1);
    return ctx.request().idempotencyKey ?? "none";
  });
  const entries = (output: string): RecordedEntry[] => [
    INPUT,
    { command: "Run", name: "a", completionId: 1 },
    { notification: "Run", completionId: 1, result: { success: { json: 1 } } },
    { command: "Output", result: { success: { json: output } } },
  ];
  test.each([
    [5, "none"],
    [6, "none"],
    [7, "once"],
  ] as const)("%i", async (protocolVersion, output) => {
    const journal = journalOf(entries(output), { protocolVersion, idempotencyKey: "once" });
    expect(await replay(code, journal)).toMatchObject({ outcome: "completed" });
  });
});

test("a cancellation in the journal is delivered in its place", async () => {
  const code = codeOf(async (ctx) => {
    try {
      await ctx.sleep(1000, "long");
    } catch (error) {
      await ctx.run("undo", () => 1);
      throw error;
    }
  });
  const entries: RecordedEntry[] = [
    INPUT,
    { command: "Sleep", name: "long", completionId: 1, wakeUpTimeMs: 1 },
    { notification: "Signal", signal: 1, result: "void" },
    { command: "Run", name: "undo", completionId: 2 },
    { notification: "Run", completionId: 2, result: { success: { json: 1 } } },
    { command: "Output", result: { failure: { code: 409, message: "Cancelled" } } },
  ];
  expect(await replay(code, journalOf(entries))).toMatchObject({ outcome: "completed", steps: 3 });
});
