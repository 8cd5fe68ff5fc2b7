import { setTimeout as wait } from "node:timers/promises";
import { type Entry, entries, record } from "./ledger.ts";

/** Stands for the services of others: a bank, a packing station, a mail server. */

const CARD_LIMIT_CENTS = 100_000;
const BANK_MS = 500;
const PACKING_MS = 500;

export const bank = {
  /** As with every good payment service, a request with a key that was seen before is no second charge. */
  charge: async (key: string, orderId: string, cents: number): Promise<"accepted" | "declined"> => {
    record({ what: "charge asked", orderId, key });
    if (cents > CARD_LIMIT_CENTS) return "declined";
    const known = entries().some((entry) => entry.what === "charged" && entry.key === key);
    if (!known) record({ what: "charged", orderId, key, cents });
    // Its answer takes its time, in which much can happen.
    await wait(BANK_MS);
    return "accepted";
  },

  /** Gives back what was charged for the order, once, if anything was. */
  refund: async (orderId: string): Promise<void> => {
    await wait(20);
    const charge = find("charged", orderId);
    if (charge?.cents === undefined || find("refunded", orderId) !== undefined) return;
    record({ what: "refunded", orderId, cents: charge.cents });
  },
};

export const packingStation = {
  pack: async (orderId: string): Promise<void> => {
    record({ what: "packing", orderId });
    await wait(PACKING_MS);
    record({ what: "packed", orderId });
  },
};

export const mail = {
  send: async (orderId: string): Promise<void> => record({ what: "mailed", orderId }),
};

function find(what: Entry["what"], orderId: string): Entry | undefined {
  return entries().find((entry) => entry.what === what && entry.orderId === orderId);
}
