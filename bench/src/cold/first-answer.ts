import { Http2Connection } from "../load/http2-connection.ts";
import { checkAnswers, type PreparedWork, play } from "../protocol/play.ts";
import { startSubject } from "../subjects/subject.ts";

export interface FirstAnswers {
  /** Since the process was started. */
  readonly discoveryMs: number;
  readonly invocationMs: number;
  readonly rssBytes: number;
}

/** Starts an endpoint, asks it what it serves, and lets it do the work once. */
export async function measureFirstAnswers(file: string, prepared: PreparedWork): Promise<FirstAnswers> {
  const startedAt = performance.now();
  const subject = await startSubject({ name: file, file });
  try {
    await discover(subject.port);
    const discoveryMs = performance.now() - startedAt;
    const connection = await Http2Connection.open(subject.port);
    const answers = await play(connection, prepared);
    const invocationMs = performance.now() - startedAt;
    checkAnswers(prepared, answers);
    const { rssBytes } = await subject.usage();
    connection.close();
    return { discoveryMs, invocationMs, rssBytes };
  } finally {
    await subject.stop();
  }
}

async function discover(port: number): Promise<void> {
  const { connect } = await import("node:http2");
  const session = connect(`http://127.0.0.1:${port}`);
  try {
    const manifest = await new Promise<string>((resolve, reject) => {
      session.on("error", reject);
      const stream = session.request({
        ":path": "/discover",
        accept: "application/vnd.restate.endpointmanifest.v4+json",
      });
      let text = "";
      stream.setEncoding("utf8");
      stream.on("data", (chunk: string) => {
        text += chunk;
      });
      stream.on("end", () => resolve(text));
      stream.on("error", reject);
    });
    const { services } = JSON.parse(manifest) as { services: { name: string }[] };
    const names = services.map(({ name }) => name).sort();
    if (names.join() !== "Bench,Echo,Store") throw new Error(`Discovery says ${manifest}`);
  } finally {
    session.destroy();
  }
}
