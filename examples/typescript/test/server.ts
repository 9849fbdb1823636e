// Starts the server for all workers, unless DYNAMODB_URL says that there is one.

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";

export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.DYNAMODB_URL) return undefined;
  const token = randomBytes(18).toString("base64url");
  const server = spawn("pytest-dynamodb", ["serve", "--port", "0", "--load", "tables.json"], {
    env: { ...process.env, PYTEST_DYNAMODB_TOKEN: token, AWS_DEFAULT_REGION: "us-east-1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => server.once("close", () => resolve()));
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: server.stdout }).once("line", resolve);
    server.once("error", reject);
    server.once("close", (code) => reject(new Error(`pytest-dynamodb serve ended with ${code}`)));
  });
  process.env.DYNAMODB_URL = line.split(" ").at(-1) ?? "";
  process.env.DYNAMODB_TOKEN = token;
  return async () => {
    server.kill("SIGTERM");
    await ended;
  };
}
