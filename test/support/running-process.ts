export { type RunningProcess, startProcess } from "../../packages/testing/src/server/running-process.ts";
