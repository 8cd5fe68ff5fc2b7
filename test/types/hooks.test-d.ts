import type {
  EndpointOptions,
  HooksProvider,
  InvocationId,
  LoggerTransport,
  LogMetadata,
  ObjectHandlerOpts,
  RetryPolicy,
  ServiceHandlerOpts,
} from "@perdure/sdk";
import { LogSource, object, RestateLogLevel, service, workflow } from "@perdure/sdk";
import { expectTypeOf } from "vitest";

const hook: HooksProvider = ({ request }) => {
  expectTypeOf(request.id).toEqualTypeOf<InvocationId>();
  return {
    interceptor: {
      handler: async (next) => {
        expectTypeOf(await next()).toBeVoid();
      },
      run: async (name, next) => {
        expectTypeOf(name).toBeString();
        await next();
      },
    },
  };
};

const logger: LoggerTransport = (meta, message, ...more) => {
  expectTypeOf(meta).toEqualTypeOf<LogMetadata>();
  expectTypeOf(message).toBeUnknown();
  expectTypeOf(more).toEqualTypeOf<unknown[]>();
  if (meta.source === LogSource.USER && meta.level === RestateLogLevel.WARN) console.log(message, ...more);
};

export const options: EndpointOptions = {
  services: [
    service({ name: "s", handlers: {} }),
    object({ name: "o", handlers: {} }),
    workflow({ name: "w", handlers: { run: async () => {} } }),
  ],
  defaultServiceOptions: { hooks: [hook], enableLazyState: true, workflowRetention: { days: 1 } },
  logger,
};

// The options hold no `any`.
expectTypeOf<NonNullable<ServiceHandlerOpts<string, number>["serde"]>["serialize"]>()
  .parameter(0)
  .toBeUnknown();
expectTypeOf<NonNullable<ObjectHandlerOpts<string, number>["asTerminalError"]>>().parameter(0).toBeUnknown();
expectTypeOf<RetryPolicy["maxAttempts"]>().toEqualTypeOf<number | undefined>();
