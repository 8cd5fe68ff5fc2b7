import type { Command } from "../protocol/messages.ts";

/** A command as an operator would say it: its type, its name or target, nothing long. */
export function describeCommand(command: Command): string {
  const label = labelOf(command);
  const name = command.name === "" ? "" : ` "${command.name}"`;
  return `${command.type}${label === "" ? "" : ` ${label}`}${name}`;
}

function labelOf(command: Command): string {
  switch (command.type) {
    case "Call":
    case "OneWayCall":
      return `${command.service}/${command.key === "" ? "" : `${command.key}/`}${command.handler}`;
    case "GetLazyState":
    case "GetEagerState":
    case "SetState":
    case "ClearState":
    case "GetPromise":
    case "PeekPromise":
    case "CompletePromise":
      return `key "${command.key}"`;
    case "SendSignal":
      return `${command.signal === 1 ? "cancel" : `signal ${command.signal}`} to ${command.targetInvocationId}`;
    case "CompleteAwakeable":
      return command.awakeableId;
    case "AttachInvocation":
    case "GetInvocationOutput":
      return targetOf(command.target);
    case "Output":
      return command.result.type === "failure"
        ? `failure ${command.result.failure.code} "${command.result.failure.message}"`
        : "success";
    default:
      return "";
  }
}

function targetOf(target: Extract<Command, { type: "AttachInvocation" }>["target"]): string {
  switch (target.type) {
    case "invocation":
      return target.invocationId;
    case "idempotent":
      return `${target.service}/${target.handler} by idempotency key "${target.idempotencyKey}"`;
    case "workflow":
      return `workflow ${target.workflow}/${target.key}`;
  }
}

/** Bytes longer than this are cut in messages. */
const SHOWN_BYTES_MAX = 80;

/** A field's value for a message: text where the bytes are text, hex otherwise, never long. */
export function describeValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value instanceof Uint8Array) return describeBytes(value);
  if (typeof value === "string") return JSON.stringify(cut(value));
  if (typeof value === "object" && value !== null) {
    const text = JSON.stringify(value, (_key, inner: unknown) =>
      inner instanceof Uint8Array ? describeBytes(inner) : typeof inner === "bigint" ? `${inner}` : inner,
    );
    return cut(text);
  }
  return String(value);
}

function describeBytes(bytes: Uint8Array): string {
  const shown = bytes.subarray(0, SHOWN_BYTES_MAX);
  const rest = bytes.length > shown.length ? `… (${bytes.length} bytes)` : "";
  try {
    return `${new TextDecoder("utf-8", { fatal: rest === "" }).decode(shown)}${rest}`;
  } catch {
    const hex = Array.from(shown, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return `0x${hex}${rest}`;
  }
}

function cut(text: string): string {
  return text.length > SHOWN_BYTES_MAX * 2 ? `${text.slice(0, SHOWN_BYTES_MAX * 2)}…` : text;
}
