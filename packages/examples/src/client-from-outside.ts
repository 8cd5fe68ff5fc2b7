import { connect, InvocationNotFoundError, rpc } from "@perdure/sdk/clients";
import { printShop } from "./idempotency.ts";
import { account } from "./object-state.ts";
import { signup } from "./workflow-promise.ts";

/** A program that is no handler: a web server, a script, a test. It needs no SDK runtime, only this client. */

export async function visit(ingressUrl: string, visitor: string): Promise<string[]> {
  // With `retry`, requests that are safe to repeat are repeated when the network fails.
  const ingress = connect({ url: ingressUrl, retry: true });

  // Call and wait.
  const balance = await ingress.objectClient(account, visitor).deposit(500);

  // Call with a key: a second request with the same key gets the same answer, for a day by default.
  const once = rpc.opts({ idempotencyKey: `${visitor}-welcome`, timeout: 10_000 });
  const page = await ingress.serviceClient(printShop).print(`Welcome, ${visitor}!`, once);

  // Send, do something else, and come back for the result; from another process too, by the key alone.
  const key = `${visitor}-later`;
  await ingress.serviceSendClient(printShop).print("later", rpc.sendOpts({ idempotencyKey: key, delay: 50 }));
  const later = await ingress.serviceInvocation(printShop, "print", key).attach();

  // Start a workflow, look at it, talk to it, wait for it.
  const workflow = ingress.workflowClient(signup, visitor);
  await workflow.workflowSubmit({ name: visitor });
  const early = await workflow.workflowOutput();
  await workflow.confirm(`${visitor}@example.org`);
  const result = await workflow.workflowAttach();

  // Failures are told apart by class; a handler's own TerminalError arrives as one.
  const nobody = await ingress
    .workflowClient(signup, `not ${visitor}`)
    .workflowOutput()
    .catch((error: unknown) =>
      error instanceof InvocationNotFoundError ? "unknown" : Promise.reject(error),
    );

  return [`${balance}`, page, later, `ready early: ${early.ready}`, result, String(nobody)];
}
