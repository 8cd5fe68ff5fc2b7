/** Imports the module that it is given, and says what that took. Nothing else is loaded here. */
const [module = ""] = process.argv.slice(2);
const cpu = process.cpuUsage();
const startedAt = performance.now();
await import(module);
const wallMs = performance.now() - startedAt;
const { user, system } = process.cpuUsage(cpu);
console.log(JSON.stringify({ wallMs, cpuMs: (user + system) / 1000, rssBytes: process.memoryUsage.rss() }));
