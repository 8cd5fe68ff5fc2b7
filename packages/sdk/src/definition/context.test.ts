import { describe, expectTypeOf, test } from "vitest";
import type { Serde } from "../serde/serde.ts";
import type {
  ObjectContext,
  ObjectSharedContext,
  WorkflowContext,
  WorkflowSharedContext,
} from "./context.ts";
import type { DurablePromise, InvocationId, InvocationPromise, RestatePromise } from "./promises.ts";
import type { TypedState } from "./state.ts";

interface Cart {
  count: number;
  items: string[];
}

type Flags = { open: boolean };

declare const textSerde: Serde<string>;

/** Bodies of handlers that are compiled and never run. */
function compiled<C>(_use: (ctx: C) => void): void {}

describe("state without declared types", () => {
  test("takes the type with each access", () => {
    compiled<ObjectContext>((ctx) => {
      expectTypeOf(ctx.get("any key")).toEqualTypeOf<RestatePromise<unknown>>();
      expectTypeOf(ctx.get<number>("count")).toEqualTypeOf<RestatePromise<number | null>>();
      expectTypeOf(ctx.get("text", textSerde)).toEqualTypeOf<RestatePromise<string | null>>();
      ctx.set("count", 1);
      ctx.set<number>("count", 1);
      ctx.set("text", "a", textSerde);
      // @ts-expect-error the serde is for text
      ctx.set("text", 1, textSerde);
      // @ts-expect-error a key is text
      ctx.get(1);
      ctx.clear("count");
    });
  });
});

describe("state with declared types", () => {
  test("an interface names keys and types", () => {
    compiled<ObjectContext<Cart>>((ctx) => {
      expectTypeOf(ctx.get("count")).toEqualTypeOf<RestatePromise<number | null>>();
      expectTypeOf(ctx.get("items")).toEqualTypeOf<RestatePromise<string[] | null>>();
      ctx.set("count", 1);
      ctx.clear("items");
      // @ts-expect-error there is no such key
      ctx.get("nothing");
      // @ts-expect-error count is a number
      ctx.set("count", "1");
      // @ts-expect-error there is no such key
      ctx.clear("nothing");
      // @ts-expect-error the serde is for text
      ctx.get("count", textSerde);
    });
  });

  test("so does a type alias, in every kind of context", () => {
    compiled<ObjectSharedContext<Flags>>((ctx) => {
      expectTypeOf(ctx.get("open")).toEqualTypeOf<RestatePromise<boolean | null>>();
    });
    compiled<WorkflowContext<Flags>>((ctx) => {
      expectTypeOf(ctx.get("open")).toEqualTypeOf<RestatePromise<boolean | null>>();
      ctx.set("open", true);
    });
    compiled<WorkflowSharedContext<Flags>>((ctx) => {
      expectTypeOf(ctx.get("open")).toEqualTypeOf<RestatePromise<boolean | null>>();
    });
  });

  test("code may be generic over the state", () => {
    function read<S extends TypedState, K extends keyof S>(ctx: ObjectContext<S>, key: K): unknown {
      return ctx.get(key as never);
    }
    expectTypeOf(read<Cart, "count">)
      .parameter(1)
      .toEqualTypeOf<"count">();
  });
});

test("shared contexts do not write", () => {
  compiled<ObjectSharedContext>((ctx) => {
    // @ts-expect-error state is read-only here
    ctx.set("a", 1);
    // @ts-expect-error state is read-only here
    ctx.clearAll();
  });
  compiled<WorkflowSharedContext>((ctx) => {
    // @ts-expect-error state is read-only here
    ctx.clear("a");
    expectTypeOf(ctx.promise<number>("p")).toEqualTypeOf<DurablePromise<number>>();
  });
});

test("runs, awakeables, signals and generic calls keep their types", () => {
  compiled<ObjectContext>((ctx) => {
    expectTypeOf(ctx.run(() => 1)).toEqualTypeOf<RestatePromise<number>>();
    expectTypeOf(ctx.run("n", async () => "a")).toEqualTypeOf<RestatePromise<string>>();
    expectTypeOf(ctx.run("n", () => "a", { serde: textSerde })).toEqualTypeOf<RestatePromise<string>>();
    // @ts-expect-error the serde is for text
    ctx.run("n", () => 1, { serde: textSerde });
    // @ts-expect-error options need a name
    ctx.run(() => 1, {});
    expectTypeOf(ctx.awakeable<number>().promise).toEqualTypeOf<RestatePromise<number>>();
    expectTypeOf(ctx.awakeable(textSerde).promise).toEqualTypeOf<RestatePromise<string>>();
    expectTypeOf(ctx.signal<boolean>("s")).toEqualTypeOf<RestatePromise<boolean>>();
    expectTypeOf(ctx.genericCall({ service: "s", method: "m", parameter: new Uint8Array() })).toExtend<
      InvocationPromise<Uint8Array>
    >();
    expectTypeOf(
      ctx.genericCall({ service: "s", method: "m", parameter: 1, outputSerde: textSerde }),
    ).toExtend<InvocationPromise<string>>();
    expectTypeOf(
      ctx.genericSend({ service: "s", method: "m", parameter: new Uint8Array() }).invocationId,
    ).toEqualTypeOf<RestatePromise<InvocationId>>();
    // @ts-expect-error an invocation id is not any text
    ctx.invocation("inv_1");
  });
});

test("promises map and time out", () => {
  compiled<RestatePromise<number>>((promise) => {
    expectTypeOf(promise.map((value) => String(value))).toEqualTypeOf<RestatePromise<string>>();
    expectTypeOf(promise.map(async () => true)).toEqualTypeOf<RestatePromise<boolean>>();
    expectTypeOf(promise.orTimeout({ seconds: 1 })).toEqualTypeOf<RestatePromise<number>>();
    expectTypeOf<Awaited<typeof promise>>().toEqualTypeOf<number>();
  });
});
