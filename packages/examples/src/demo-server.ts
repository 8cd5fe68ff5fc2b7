import { createReport, ms } from "./demo/report.ts";
import {
  countEverything,
  endpointIsKilled,
  manyOrdersManyKills,
  orderGoesThrough,
  reminderAndCancellation,
  stockUp,
} from "./demo-server/scenes.ts";
import { openShop } from "./demo-server/shop.ts";

/**
 * The order application on a real Restate Server, its endpoint killed with SIGKILL
 * again and again. Ends by itself; the exit code is 0 if all that had to hold held.
 */

const start = performance.now();
const report = createReport(console.log);
report.say("Orders on a real Restate Server, from npm, with an endpoint that keeps being killed");

const shop = await openShop();
try {
  report.say(
    `\n   server ready in ${ms(shop.serverMs)}, endpoint (process ${shop.endpoint.pid}) in ${ms(shop.endpointMs)}`,
  );
  await stockUp(shop);
  await orderGoesThrough(shop, report);
  await endpointIsKilled(shop, report);
  await reminderAndCancellation(shop, report);
  await manyOrdersManyKills(shop, report);
  await countEverything(shop, report);
} finally {
  await shop.close();
}
const failed = report.finish();
report.say(`${ms(performance.now() - start)} in all; server, endpoint and their folder are gone.`);
process.exitCode = failed === 0 ? 0 : 1;
