const { service } = require("@perdure/sdk");
const { createTestEngine } = require("@perdure/testing");

const greeter = service({
  name: "greeter",
  handlers: {
    greet: async (ctx, name) => {
      await ctx.sleep({ days: 30 });
      return `Hello, ${name}!`;
    },
  },
});

test("a month passes", async () => {
  const engine = await createTestEngine({ services: [greeter] });
  expect(await engine.client.serviceClient(greeter).greet("Mary")).toBe("Hello, Mary!");
  await engine.close();
});
