/** What `perdure dev` runs in a process of its own: `node dev-app.js FILE`. */
import { runDevApp } from "./cli/dev-app.ts";

await runDevApp(process.argv[2] ?? "");
