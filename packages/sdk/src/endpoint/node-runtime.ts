import { guardProcess } from "../invocation/process-rejections.ts";
import type { Runtime } from "../invocation/runtime.ts";
import { startTimer } from "../invocation/web-runtime.ts";
import { quiesce } from "./node-quiescence.ts";

export const nodeRuntime: Runtime = { quiesce, startTimer, now: Date.now, guardRejections: guardProcess };
