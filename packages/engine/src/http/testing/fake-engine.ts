import {
  type Accepted,
  type Answer,
  type EngineApi,
  EngineError,
  type ResultTarget,
} from "../../engine-api.ts";
import type { DeploymentInfo, ServiceInfo } from "../../registry/service-info.ts";

/** An engine that says what a test tells it to, and keeps what it was asked. */
export interface FakeEngine extends EngineApi {
  /** Every question that may change something or wait, in order. */
  readonly asked: readonly (readonly [method: string, ...args: unknown[]])[];
}

export interface Script {
  readonly services?: readonly ServiceInfo[];
  readonly deployments?: readonly DeploymentInfo[];
  /** The answers; what is asked beyond them fails the request. */
  readonly answers?: Partial<EngineApi>;
}

/** What `lookup` finds unless the script says otherwise. */
export const FOUND_ID = "inv_13ccyCABxEDt2ldWX2WU0oUxXXDnPrfoHN";

export function createFakeEngine({ services = [], deployments = [], answers = {} }: Script = {}): FakeEngine {
  const asked: [string, ...unknown[]][] = [];
  const scripted = (method: keyof EngineApi): unknown => {
    return (...args: unknown[]) => {
      asked.push([method, ...args]);
      const answer = answers[method] as ((...given: unknown[]) => unknown) | undefined;
      if (answer === undefined) throw new Error(`the script has no answer to ${method}`);
      return answer(...args);
    };
  };
  const looking = {
    services: () => services,
    service: (name: string) => services.find((service) => service.name === name),
    deployments: () => deployments,
    deployment: (id: string) => deployments.find((deployment) => deployment.id === id),
    servicesOf: (id: string) => services.filter(({ deploymentId }) => deploymentId === id),
    lookup: (target: ResultTarget) => (target.type === "invocation" ? target.invocationId : FOUND_ID),
  };
  return new Proxy({ ...looking, ...pick(answers, looking), asked } as unknown as FakeEngine, {
    get: (engine, name) => (name in engine ? Reflect.get(engine, name) : scripted(name as keyof EngineApi)),
  });
}

function pick(answers: Partial<EngineApi>, looking: object): Partial<EngineApi> {
  return Object.fromEntries(Object.entries(answers).filter(([name]) => name in looking));
}

export function success(value: string, fields: Partial<Extract<Answer, { type: "success" }>> = {}): Answer {
  return {
    type: "success",
    invocationId: FOUND_ID,
    value: new TextEncoder().encode(value),
    expiresAtMs: undefined,
    target: { service: "Svc", handler: "greet" },
    ...fields,
  };
}

export function failure(fields: Partial<Extract<Answer, { type: "failure" }>> = {}): Answer {
  return {
    type: "failure",
    invocationId: FOUND_ID,
    failure: { code: 418, message: "boom" },
    stacktrace: undefined,
    expiresAtMs: undefined,
    ...fields,
  };
}

export function accepted(fields: Partial<Accepted> = {}): Accepted {
  return { invocationId: FOUND_ID, status: "accepted", executeAtMs: undefined, ...fields };
}

export function refusing(status: number, message: string, restateCode?: string): () => never {
  return () => {
    throw new EngineError(message, { status, restateCode });
  };
}
