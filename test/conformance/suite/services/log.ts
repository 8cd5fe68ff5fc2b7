import type { LoggerTransport } from "@perdure/sdk";
import { note } from "../../places/probe.ts";

/** What the logger was told, under `log <invocation id>`. */
export interface LogLine {
  readonly source: string;
  readonly level: string;
  readonly replaying: boolean;
  readonly target: string;
  readonly service: string;
  readonly handler: string;
  readonly key: string | undefined;
  readonly message: readonly unknown[];
}

export const logToProbe: LoggerTransport = ({ source, level, replaying, context }, ...message) => {
  const line: LogLine = {
    source,
    level,
    replaying,
    target: context?.invocationTarget ?? "",
    service: context?.serviceName ?? "",
    handler: context?.handlerName ?? "",
    key: context?.key,
    message: message.map((part) => (part instanceof Error ? String(part) : part)),
  };
  note(`log ${context?.invocationId ?? ""}`, line);
};
