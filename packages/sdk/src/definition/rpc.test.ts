import { describe, expect, it } from "vitest";
import { isOpts, isSendOpts, Opts, rpc, SendOpts } from "./rpc.ts";

describe("rpc", () => {
  it("keeps the options as given", () => {
    const options = { idempotencyKey: "k", headers: { a: "b" } };
    expect(rpc.opts(options)).toBeInstanceOf(Opts);
    expect(rpc.opts(options).getOpts()).toBe(options);
    expect(rpc.sendOpts({ ...options, delay: 5 })).toBeInstanceOf(SendOpts);
    expect(rpc.sendOpts({ delay: { hours: 5 } }).getOpts()).toEqual({ delay: { hours: 5 } });
  });

  it.each<[string, unknown, boolean, boolean]>([
    ["options of a call", rpc.opts({}), true, false],
    ["options of a send", rpc.sendOpts({}), false, true],
    ["of another copy of the package", { "~opts": "call", getOpts: () => ({}) }, true, false],
    ["an input that only looks so", { "~opts": "call" }, false, false],
    ["plain options", { idempotencyKey: "k" }, false, false],
    ["null", null, false, false],
    ["undefined", undefined, false, false],
    ["text", "call", false, false],
  ])("tells %s", (_name, value, call, send) => {
    expect(isOpts(value)).toBe(call);
    expect(isSendOpts(value)).toBe(send);
  });
});
