// Cassettes and tables of its own for each test, from `pytest-dynamodb serve`. A file to copy; needs Vitest and nothing else.
//
//   const test = mock();                        a copy of the server's tables
//   const test = useCassette({ mode: "once" }); replayed, and recorded where there is no cassette
//   test("adds an item", async ({ dynamodb }) => { new DynamoDBClient(dynamodb.config) ... });
//
// DYNAMODB_URL is where the server is, DYNAMODB_TOKEN what it printed, DYNAMODB_RECORD a mode that wins over all others.

import { relative } from "node:path";
import { test as base, type TestAPI } from "vitest";

export interface CassetteOptions {
  mode?: "none" | "once" | "new_episodes" | "rewrite" | "verify";
  cassette?: string;
  upstream?: string;
  ignore?: string[];
  redact?: string[];
  order?: "causal" | "strict" | "any";
  repeats?: boolean;
  on_unused?: "ignore" | "fail";
}
export interface MockOptions {
  /** Tables by name, each with `table` (CreateTable's parameters) and `items`. */
  tables?: object;
}
export interface Report {
  outcome: "passed" | "failed";
  problem: string;
  replayed: number;
  recorded: number;
  mocked: number;
  missed: number;
  misses: string[];
  unplayed: string[];
  traffic: { exchanges: number; read: number; write: number; scans: number; repeated: number };
}
export interface Fault {
  kind: string;
  operation?: string[];
  table?: string;
  nth?: number;
  times?: number;
  [more: string]: unknown;
}

async function ask<Answer>(method: "GET" | "POST", path: string, body?: object): Promise<Answer> {
  const { DYNAMODB_URL: url, DYNAMODB_TOKEN: token } = process.env;
  if (!url || !token) throw new Error("DYNAMODB_URL and DYNAMODB_TOKEN must say where `pytest-dynamodb serve` is");
  const answer = await fetch(`${url}/_dynamodb${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}` },
    ...(method === "POST" && { body: JSON.stringify(body ?? {}) }),
  });
  const given = (await answer.json()) as Answer & { message?: string };
  if (!answer.ok) throw new Error(given.message ?? `${method} ${path}: ${answer.status}`);
  return given;
}

/** A test that is under way at the server. */
export class Session {
  readonly id: string;
  /** Who answers: mock, replay, record or verify. */
  readonly provider: string;
  /** What an SDK's client is made with, so that its calls are this test's. */
  readonly config: {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
    maxAttempts: number;
  };

  private constructor(begun: { id: string; access_key_id: string; provider: string }) {
    this.id = begun.id;
    this.provider = begun.provider;
    const credentials = { accessKeyId: begun.access_key_id, secretAccessKey: "any" };
    this.config = { endpoint: process.env.DYNAMODB_URL ?? "", region: "us-east-1", credentials, maxAttempts: 3 };
  }

  static async begin(name: string, options: object = {}): Promise<Session> {
    return new Session(await ask("POST", "/tests", { name, ...options }));
  }

  private post<Answer>(what: string, body?: object): Promise<Answer> {
    return ask("POST", `/tests/${this.id}/${what}`, body);
  }

  end = (passed: boolean): Promise<Report> => this.post("end", { passed });
  report = (): Promise<Report> => ask("GET", `/tests/${this.id}`);
  load = (tables: object): Promise<object> => this.post("load", { tables });
  dump = (): Promise<Record<string, { table: object; items: object[] }>> => ask("GET", `/tests/${this.id}/dump`);
  snapshot = async (): Promise<string> => (await this.post<{ snapshot: string }>("snapshot")).snapshot;
  restore = (snapshot: string): Promise<object> => this.post("restore", { snapshot });
  fault = (fault: Fault): Promise<object> => this.post("faults", fault);
  explain = (operation: string, params: object): Promise<Record<string, unknown>> =>
    this.post("explain", { operation, params });

  /** Lets seconds pass; returns what time it is then. */
  async advance(seconds: number): Promise<Date> {
    return new Date((await this.post<{ now: number }>("clock", { advance: seconds })).now * 1000);
  }

  /** A value that is made up anew each time: kept when recording, the very same in a replay. */
  async memo<Value>(name: string, make: () => Value): Promise<Value> {
    return (await this.post<{ value: Value }>("memo", { name, value: make() })).value;
  }
}

type DynamoDbTest = TestAPI<{ dynamodb: Session }>;

function extended(begin: (names: string[], file: string) => Promise<Session>): DynamoDbTest {
  return base.extend<{ dynamodb: Session }>({
    dynamodb: async ({ task, onTestFailed }, use) => {
      let passed = true;
      onTestFailed(() => void (passed = false));
      const names = [task.name];
      for (let suite = task.suite; suite?.name; suite = suite.suite) names.unshift(suite.name);
      const session = await begin(names, relative(process.cwd(), task.file.filepath));
      await use(session);
      passed &&= task.result?.state !== "fail" && !task.result?.errors?.length;
      const { problem } = await session.end(passed);
      if (passed && problem) throw new Error(problem);
    },
  }) as DynamoDbTest;
}

/** Tests on a copy of the server's tables, which no other test sees. */
export function mock(options: MockOptions = {}): DynamoDbTest {
  return extended(async (names, file) => {
    const session = await Session.begin([file, ...names].join(" > "));
    if (options.tables) await session.load(options.tables);
    return session;
  });
}

/** Tests with a cassette each, named after their file and themselves. */
export function useCassette(options: CassetteOptions = {}): DynamoDbTest {
  return extended((names, file) => {
    const parts = [...file.replace(/(\.test)?\.[^./\\]*$/, "").split(/[/\\]/), ...names];
    const cassette = parts.map((part) => part.replace(/[\x00-\x1f\x7f/\\:*?"<>|]|^\./g, "_")).join("/");
    const mode = process.env.DYNAMODB_RECORD;
    return Session.begin([file, ...names].join(" > "), { cassette, ...options, ...(mode && { mode }) });
  });
}
