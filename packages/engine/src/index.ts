/**
 * `@perdure/engine`: durable execution in this process, without a server.
 */
export type {
  CreateEngineOptions,
  EmbeddedEngine,
  ListenAdminOptions,
  ListenOptions,
} from "./create-engine.ts";
export { createEngine } from "./create-engine.ts";
export type { EngineApi } from "./engine-api.ts";
export type { FaceAddress, RunningFace } from "./http/face.ts";
export type { EngineDefaults } from "./registry/engine-defaults.ts";
export type { RetryPolicyInfo } from "./registry/service-info.ts";
export { StoreError } from "./store/store-error.ts";
