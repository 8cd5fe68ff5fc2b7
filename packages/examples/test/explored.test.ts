import { explore } from "@perdure/testing";
import { expect, it } from "vitest";
import { travelAgency, trip } from "../src/saga.ts";

/** The saga with a crash after every entry, a suspension and a cancellation at every wait, and all of that mixed. */

it("books everything or nothing, whatever happens on the way", async () => {
  const { coverage } = await explore({
    setup: () => ({ services: [travelAgency, trip] }),
    scenario: async (engine) => {
      const agency = engine.client.serviceClient(travelAgency);
      const booking = { traveller: "Kim", wishes: ["train", "hotel"] };
      const { invocationId } = await engine.client.serviceSendClient(travelAgency).bookAll(booking);
      await engine.clock.settle();
      await agency.sign({ booking: invocationId, name: "Kim" });
      await engine.clock.settle();
    },
    whenCancelled: ({ state, invocations }) => {
      const isBooked = invocations.some(
        ({ target, outcome }) => target === "TravelAgency/bookAll" && outcome.type === "succeeded",
      );
      expect(Object.values(state["Trip/Kim"] ?? {}).flat()).toEqual(isBooked ? ["train", "hotel"] : []);
    },
  });

  expect(coverage.map(({ kind }) => kind)).toContain("cancel");
});
