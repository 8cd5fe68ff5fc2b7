import { leaseServer } from "../../../packages/testing/src/server/server-lease.ts";

/** Uses a server as a test does, says where it is, and ends, or is still using it when `stay` is passed. */
const { admin, release } = await leaseServer();
console.log(admin.url);
if (process.argv.includes("stay")) setInterval(() => {}, 1000);
else await release(undefined);
