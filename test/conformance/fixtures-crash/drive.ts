import { connect, type Ingress, type RetryPolicy, rpc } from "@perdure/sdk/clients";
import type { Job } from "./plan.ts";
import { approval, asker, chain, fan, flaky, log, producer, saga } from "./services.ts";

/** Never gives up: whatever is asked for under an idempotency key is done in the end. */
const RETRY: RetryPolicy = {
  maxAttempts: false,
  maxDuration: false,
  initialInterval: 20,
  maxInterval: 200,
};

export function connectRetrying(url: string): Ingress {
  return connect({ url, retry: RETRY });
}

/** A job's result, asked for by all its clients at once; they must agree. Resolves with the nonces in it. */
export async function driveJob(ingress: Ingress, job: Job): Promise<readonly string[]> {
  const answers = await Promise.all(Array.from({ length: job.clients }, () => requestJob(ingress, job)));
  const [first, ...others] = answers.map((answer) => JSON.stringify(answer));
  for (const other of others) {
    if (other !== first) throw new Error(`${job.id}: one client got ${first}, another ${other}`);
  }
  return answers[0] ?? [];
}

async function requestJob(ingress: Ingress, job: Job): Promise<readonly string[]> {
  // The options name no serde, so they fit any handler.
  const opts = rpc.opts({ idempotencyKey: job.id, timeout: job.timeoutMs });
  switch (job.type) {
    case "chain":
      return await ingress.serviceClient(chain).link(job.input, opts);
    case "fan":
      return await ingress.serviceClient(fan).out(job.input, opts);
    case "produce":
      return await ingress.serviceClient(producer).produce(job.input, opts);
    case "approval": {
      const workflow = ingress.workflowClient(approval, job.id);
      await workflow.workflowSubmit(job.input);
      await workflow.approve(job.id, opts);
      const { by, nonces } = await workflow.workflowAttach(rpc.opts({ timeout: job.timeoutMs }));
      if (by !== job.id) throw new Error(`${job.id}: approved by ${by}`);
      return nonces;
    }
    case "ask": {
      const { answer, signalled } = await ingress.serviceClient(asker).ask(job.input, opts);
      if (answer !== `${job.id}: ${signalled}`) throw new Error(`${job.id}: ${answer}, but ${signalled}`);
      return [signalled];
    }
    case "saga":
      return await ingress.serviceClient(saga).bookAndCancel(job.input, opts);
    case "flaky":
      return await ingress.serviceClient(flaky).try(job.input, opts);
  }
}

/** The log that messages without any idempotency key go to, each sent once and never again. */
export const PLAIN_LOG = "plain";

/** Resolves with whether the message was acknowledged. */
export async function sendPlain(url: string, n: number): Promise<boolean> {
  try {
    await connect({ url }).objectSendClient(log, PLAIN_LOG).append({ from: PLAIN_LOG, n });
    return true;
  } catch {
    return false;
  }
}
