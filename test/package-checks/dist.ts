import { fileURLToPath } from "node:url";

export const SDK = fileURLToPath(new URL("../../packages/sdk/", import.meta.url));

export const TEST = fileURLToPath(new URL("../", import.meta.url));
