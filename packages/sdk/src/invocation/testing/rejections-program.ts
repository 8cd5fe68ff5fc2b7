import { markDelivered } from "../../journal/delivered-errors.ts";
import { guardProcess } from "../process-rejections.ts";
import { createWebRuntime } from "../web-runtime.ts";

/** Run by `process-rejections.test.ts`: one scenario, guarded by the process or as a web runtime, then `alive` if the process still is. */
const release = process.argv[3] === "web" ? createWebRuntime().guardRejections() : guardProcess();

switch (process.argv[2]) {
  case "ours": {
    const branch = Promise.reject(markDelivered(new Error("ours")));
    setTimeout(() => branch.catch(() => {}), 20);
    break;
  }
  case "theirs":
    void Promise.reject(new Error("theirs"));
    break;
  case "no-error":
    void Promise.reject("a string");
    break;
  case "theirs-listened":
    process.on("unhandledRejection", (reason) => console.log(`heard ${(reason as Error).message}`));
    void Promise.reject(new Error("theirs"));
    break;
  case "released": {
    const during = process.listenerCount("unhandledRejection");
    release();
    setTimeout(() => console.log(`listeners ${during} ${process.listenerCount("unhandledRejection")}`), 10);
    break;
  }
}

setTimeout(() => console.log("alive"), 60);
