import { markDelivered } from "../../journal/delivered-errors.ts";
import { guardRejections } from "../node-rejections.ts";

/** Run by `node-rejections.test.ts`: one scenario, then `alive` if the process still is. */
const release = guardRejections();

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
