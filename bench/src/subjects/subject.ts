import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { findNode24 } from "../../../scripts/find-node24.ts";
import type { Allocated, Question, Usage } from "./control.ts";

const READY_TIMEOUT_MS = 30_000;

/** The environment variable that says where CPU profiles of all subjects go. */
export const PROFILES = "PERDURE_BENCH_PROFILES";

/** A process that is measured. */
export interface Subject {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  /** All that it said when it was ready. */
  readonly said: Readonly<Record<string, unknown>>;
  usage(): Promise<Usage>;
  /** What the work allocated on the heap. Not to be timed: sampling costs. */
  allocated(work: () => Promise<unknown>): Promise<number>;
  /** Sends a message of the subject's own, and waits for what it says to it. */
  ask<T>(message: object): Promise<T>;
  stop(): Promise<void>;
}

export interface SubjectOptions {
  readonly name: string;
  /** A file for plain Node that calls `answerQuestions`. */
  readonly file: string;
  readonly args?: readonly string[];
}

/** The Node that all of them run on: what the official SDK needs. */
export function nodeOfSubjects(): string {
  const path = findNode24();
  if (path === undefined)
    throw new Error("The official SDK needs Node 24: run this with a Node 24 of your own.");
  return path;
}

export function versionOfSubjects(): string {
  return execFileSync(nodeOfSubjects(), ["-p", "process.versions.node"], { encoding: "utf8" }).trim();
}

/** Starts a process and waits until it listens. It ends with this one. */
export async function startSubject({ name, file, args = [] }: SubjectOptions): Promise<Subject> {
  const { NODE_OPTIONS: _, NODE_PATH: __, ...env } = process.env;
  const profiles = process.env[PROFILES];
  const flags = profiles === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profiles}/${name}`];
  const child = spawn(nodeOfSubjects(), [...flags, file, ...args], {
    env,
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    serialization: "advanced",
  });
  const mailbox = new Mailbox(name, child);
  const said = (await mailbox.next(READY_TIMEOUT_MS)) as { ready: number };
  const ask = async <T>(question: Question | object): Promise<T> => {
    child.send(question);
    return (await mailbox.next()) as T;
  };
  return {
    name,
    port: said.ready,
    said,
    pid: child.pid ?? 0,
    usage: () => ask<Usage>("usage"),
    async allocated(work) {
      await ask("sample");
      await work();
      return (await ask<Allocated>("allocated")).bytes;
    },
    ask,
    stop: () => mailbox.stop(),
  };
}

/** Messages of a child, in the order in which they came. */
class Mailbox {
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #stopping = false;
  readonly #messages: unknown[] = [];
  #waiting: { resolve(message: unknown): void; reject(error: Error): void } | undefined;

  constructor(name: string, child: ChildProcess) {
    this.#name = name;
    this.#child = child;
    child.on("message", (message) => {
      if (this.#waiting === undefined) this.#messages.push(message);
      else this.#waiting.resolve(message);
      this.#waiting = undefined;
    });
    this.#exited = new Promise((resolve) => {
      child.on("exit", (code, signal) => {
        resolve();
        if (!this.#stopping) this.#fail(new Error(`${this.#name} ended (${signal ?? `exit code ${code}`}).`));
      });
    });
    child.on("error", (error) => this.#fail(error));
  }

  async next(timeoutMs?: number): Promise<unknown> {
    if (this.#messages.length > 0) return this.#messages.shift();
    let timer: NodeJS.Timeout | undefined;
    const message = await new Promise<unknown>((resolve, reject) => {
      this.#waiting = { resolve, reject };
      if (timeoutMs !== undefined) {
        timer = setTimeout(
          () => reject(new Error(`${this.#name} did not answer in ${timeoutMs} ms.`)),
          timeoutMs,
        );
      }
    });
    clearTimeout(timer);
    return message;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    // A profile is written when a process ends by itself, which it does when nobody is left to ask.
    if (process.env[PROFILES] === undefined) this.#child.kill("SIGKILL");
    else this.#child.disconnect();
    await this.#exited;
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}
