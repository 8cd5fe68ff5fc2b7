import type { Invoker, ServiceInfo } from "@perdure/engine/internal";
import type { Command, ErrorMessage, Message } from "@perdure/sdk/internal";

const NOT_FOUND = 404;

export interface Directory {
  service(name: string): ServiceInfo | undefined;
  services(): readonly ServiceInfo[];
}

/**
 * Fails an invocation for good when it calls what is not there. A server would try
 * it again until somebody registers the service, which in a test nobody does.
 */
export function refuseUnknownCallees(invoker: Invoker, directory: () => Directory): Invoker {
  return {
    start(request, events) {
      const running = invoker.start(request, {
        ...events,
        messages: (messages) => {
          const index = messages.findIndex((message) => findProblem(message, directory()) !== undefined);
          const message = messages[index];
          if (message === undefined) {
            events.messages(messages);
            return;
          }
          running.abort("The invocation fails, as it calls what is not there.");
          events.messages([...messages.slice(0, index), toError(message as Command, directory())]);
        },
      });
      return running;
    },
    close: () => invoker.close(),
    get running() {
      return invoker.running;
    },
  };
}

function findProblem(message: Message, directory: Directory): string | undefined {
  if (message.type !== "Call" && message.type !== "OneWayCall") return undefined;
  const service = directory.service(message.service);
  if (service === undefined) {
    const names = directory.services().map(({ name }) => name);
    return `there is no service ${message.service} in this engine. It has ${names.join(", ")}. Add it to services, or something in its place to replace.`;
  }
  if (service.handlers.has(message.handler)) return undefined;
  return `${message.service} has no handler ${message.handler}. It has ${[...service.handlers.keys()].join(", ")}.`;
}

function toError(command: Command, directory: Directory): ErrorMessage {
  const { service, handler } = command as Extract<Command, { type: "Call" }>;
  const message = `The call of ${service}/${handler} fails: ${findProblem(command, directory)}`;
  return { type: "Error", code: NOT_FOUND, message, stacktrace: "", behavior: "fail" };
}
