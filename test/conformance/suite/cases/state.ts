import { describe, expect, it } from "vitest";
import { eventually } from "../../../support/eventually.ts";
import { eagerCart, journey, lazyCart } from "../services/state.ts";
import { failureOf, type Stage, unique } from "../stage.ts";

/** features.md 2.7. */
export function stateCases(stage: Stage): void {
  describe.each([
    ["eager", eagerCart],
    ["lazy", lazyCart],
  ])("%s state", (mode, definition) => {
    const cart = (key: string) => stage.ingress.objectClient(definition, key);

    it("is null where nothing was set", async () => {
      expect(await cart(unique("cart")).absent()).toEqual([null, []]);
    });

    it("is seen at once by its writer, and later by others of the key", async () => {
      const key = unique("cart");
      const full = [3, ["tea", "milk"], ["count", "items"]];
      expect(await cart(key).fill()).toEqual(full);
      expect(await cart(key).read()).toEqual(full);
      expect(await cart(key).peek()).toEqual({ count: 3, keys: ["count", "items"] });
      expect(await cart(unique("other")).read()).toEqual([null, null, []]);
    });

    it("is cleared, key by key and all at once", async () => {
      const key = unique("cart");
      await cart(key).fill();
      expect(await cart(key).clearCount()).toEqual([null, ["items"]]);
      expect(await cart(key).read()).toEqual([null, ["tea", "milk"], ["items"]]);
      expect(await cart(key).clearEverything()).toEqual([null, [], 1, ["count"]]);
      expect(await cart(key).read()).toEqual([1, null, ["count"]]);
    });

    it("holds null and undefined as values", async () => {
      const key = unique("cart");
      await cart(key).setNothing("null");
      expect(await cart(key).readNothing()).toEqual({ value: null, keys: ["note"] });
      await cart(key).setNothing("undefined");
      expect(await cart(key).readNothing()).toEqual({ value: "undefined", keys: ["note"] });
    });

    it("is read as it was written, in replays too", async () => {
      expect(await cart(unique("cart")).interleaved()).toEqual([0, null, 1, null, 2, null, 3, null]);
    });

    it("stays although its writer failed", async () => {
      const key = unique("cart");
      expect(await failureOf(cart(key).writeThenFail())).toMatchObject({ code: 455 });
      expect(await cart(key).peek()).toEqual({ count: 99, keys: ["count"] });
    });

    it("is written by one exclusive handler at a time", async () => {
      const key = unique("cart");
      const counts = await Promise.all(Array.from({ length: 12 }, () => cart(key).increment()));
      expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
    });

    it("is read by shared handlers beside an exclusive one", async () => {
      const [key, door] = [unique("cart"), unique("door")];
      await cart(key).increment();
      const held = cart(key).hold(door);
      await eventually(async () => expect(await stage.probe.notes(`cart ${key}`)).not.toHaveLength(0));
      expect(await cart(key).peek()).toEqual({ count: 1, keys: ["count"] });
      await stage.probe.open(door);
      await held;
      expect(await cart(key).peek()).toEqual({ count: 1_000, keys: ["count"] });
    });

    it("takes a serde per value", async () => {
      expect(await cart(unique("cart")).serdes()).toEqual({ time: 0, bytes: [0, 255] });
    });

    it("takes any text as a name", async () => {
      const names = ["", " ", "a/b", "ä€𝄞", "x".repeat(300)];
      const { keys, values } = await cart(unique("cart")).keys(names);
      expect(keys).toEqual([...names].sort());
      expect(values).toEqual(names.map((name) => `value of ${name}`));
    });

    it("is journaled as what it is", async () => {
      const key = unique("cart");
      await cart(key).fill();
      const send = await stage.ingress.objectSendClient(definition, key).read();
      await stage.ingress.invocation(send).attach();
      const journal = await stage.admin.journal(send.invocationId);
      const commands = journal
        .map(({ entry_type }) => entry_type)
        .filter((type) => type.startsWith("Command"));
      const [get, keys] =
        mode === "lazy" ? ["GetLazyState", "GetLazyStateKeys"] : ["GetEagerState", "GetEagerStateKeys"];
      expect(commands).toEqual([
        "Command: Input",
        `Command: ${get}`,
        `Command: ${get}`,
        `Command: ${keys}`,
        "Command: Output",
      ]);
    });
  });

  describe("state of a workflow", () => {
    it("is written by run and read by the others", async () => {
      const key = unique("journey");
      const workflow = stage.ingress.workflowClient(journey, key);
      expect(await workflow.place()).toBeNull();
      await workflow.workflowSubmit("Rome");
      await eventually(async () => expect(await workflow.place()).toBe("left for Rome"));
      await workflow.arrive("Rome");
      expect(await workflow.workflowAttach()).toBe("Rome");
      expect(await workflow.place()).toBe("Rome");
    });
  });
}
