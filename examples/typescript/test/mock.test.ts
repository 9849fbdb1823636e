// Tests on tables of their own: they run side by side, and none sees what another writes.

import { expect } from "vitest";
import { z } from "zod";
import { Shop, User } from "../src/shop.ts";
import { Client } from "../src/table.ts";
import { mock } from "./dynamodb.ts";

const test = mock();

for (const name of ["ada", "bob", "cy"]) {
  test.concurrent(`${name} is alone in the table`, async ({ dynamodb }) => {
    const client = new Client(dynamodb.config);
    await new Shop(client).register(name, name, `${name}@example.com`);
    expect((await client.table<User>("Shop", User).scan()).map((user) => user.name)).toEqual([name]);
  });
}

test("a throttled call is tried again", async ({ dynamodb }) => {
  await dynamodb.fault({ kind: "Throttled", operation: ["PutItem"] });
  await new Shop(new Client(dynamodb.config)).register("ada", "Ada", "ada@example.com");
  expect((await dynamodb.report()).traffic.exchanges).toBe(1);
});

test("what was is put back", async ({ dynamodb }) => {
  const shop = new Shop(new Client(dynamodb.config));
  await shop.deliver("tea", 5);
  const before = await dynamodb.snapshot();
  await shop.order("ada", "1", "tea", 5, new Date(0));
  await dynamodb.restore(before);
  expect(await shop.left("tea")).toEqual([5]);
});

test("many products are read at once", async ({ dynamodb }) => {
  const shop = new Shop(new Client(dynamodb.config));
  for (let number = 0; number < 120; number++) await shop.deliver(`p${number}`, number);
  expect(await shop.left(...Array.from({ length: 120 }, (_, number) => `p${number}`))).toHaveLength(120);
});

test("orders are read by their key, not by a scan", async ({ dynamodb }) => {
  const found = await dynamodb.explain("Query", {
    TableName: "Shop",
    KeyConditionExpression: "PK = :pk",
    ExpressionAttributeValues: { ":pk": { S: "USER#ada" } },
  });
  expect(found.is_scan).toBe(false);
});

test("what does not fit the schema is not written", async ({ dynamodb }) => {
  const shop = new Shop(new Client(dynamodb.config));
  await expect(shop.register("ada", "Ada", "no address")).rejects.toThrow(z.ZodError);
  expect((await dynamodb.dump()).Shop?.items).toEqual([]);
});

test("time passes when it is told to", async ({ dynamodb }) => {
  const before = await dynamodb.advance(0);
  expect((await dynamodb.advance(3600)).getTime() - before.getTime()).toBeCloseTo(3_600_000, -1);
});
