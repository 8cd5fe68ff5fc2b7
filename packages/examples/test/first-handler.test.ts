import { expect, it } from "vitest";
import { registerDeployment } from "../../../test/support/admin.ts";
import { startChild } from "../../../test/support/child.ts";
import { startRestateServer } from "../../../test/support/restate-server.ts";

it("the README's first handler serves, and is called by plain HTTP", async () => {
  const file = new URL("../src/first-handler.ts", import.meta.url);
  const [server, endpoint] = await Promise.all([startRestateServer(), startChild(file)]);
  try {
    await registerDeployment(server.adminUrl, endpoint.url);
    const response = await fetch(`${server.ingressUrl}/Greeter/greet`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '"Mary"',
    });
    expect(await response.json()).toMatch(/^Hello, Mary! You are a (lion|fish)\.$/);
  } finally {
    await Promise.all([server.stop(), endpoint.stop()]);
  }
});
