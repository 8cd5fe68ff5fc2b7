#!/usr/bin/env node
/** The `perdure` command. */
import { main } from "./cli/main.ts";

// The code is set and the process ends by itself, so that what was printed is printed.
process.exitCode = await main(process.argv.slice(2), new URL("./dev-app.js", import.meta.url));
// Nothing should be left that keeps it alive; if something is, it does not for long.
setTimeout(() => process.exit(), 1000).unref();
