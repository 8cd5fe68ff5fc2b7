export { leashFolder } from "../../packages/testing/src/server/leash.ts";
