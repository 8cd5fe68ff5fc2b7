/** What `official-endpoint.mjs` serves, as its callers see it. */

export interface Greeter {
  greet(ctx: object, name: string): Promise<string>;
  echo(ctx: object, value: unknown): Promise<unknown>;
  nothing(ctx: object): Promise<void>;
  headers(ctx: object): Promise<Record<string, string>>;
  identity(ctx: object): Promise<string>;
  fail(
    ctx: object,
    how: { message: string; code?: number; metadata?: Record<string, string> },
  ): Promise<never>;
  slow(ctx: object, how: { ms: number; value: string }): Promise<string>;
  awaits(ctx: object, box: string): Promise<unknown>;
  awaitsBytes(ctx: object, box: string): Promise<number[]>;
  bytes(ctx: object, bytes: Uint8Array): Promise<Uint8Array>;
  hidden(ctx: object): Promise<string>;
}
export interface Counter {
  add(ctx: object, amount?: number): Promise<number>;
  slowAdd(ctx: object, how: { ms: number; amount: number }): Promise<number>;
  get(ctx: object): Promise<number>;
  key(ctx: object): Promise<string>;
}
export interface Box {
  peek(ctx: object): Promise<string | null>;
}
export interface Approval {
  run(ctx: object, request: string): Promise<string>;
  approve(ctx: object, approved: boolean): Promise<void>;
  status(ctx: object): Promise<string>;
}

export const GREETER = { name: "OfficialGreeter" } as const;
export const COUNTER = { name: "OfficialCounter" } as const;
export const BOX = { name: "OfficialBox" } as const;
export const APPROVAL = { name: "OfficialApproval" } as const;
