// Each test has a cassette in cassettes/: replayed, and recorded afresh by `npm run record`.

import { randomUUID } from "node:crypto";
import { describe, expect } from "vitest";
import { OutOfStock, Shop, Taken } from "../src/shop.ts";
import { Client } from "../src/table.ts";
import { useCassette } from "./dynamodb.ts";

const test = useCassette();

describe("shop", () => {
  test("keeps who has registered", async ({ dynamodb }) => {
    const shop = new Shop(new Client(dynamodb.config));
    await shop.register("ada", "Ada", "ada@example.com");
    expect(await shop.user("ada")).toEqual({ PK: "USER#ada", SK: "PROFILE", name: "Ada", email: "ada@example.com" });
    expect(await shop.user("bob")).toBeUndefined();
  });

  test("gives an id to one user", async ({ dynamodb }) => {
    const shop = new Shop(new Client(dynamodb.config));
    await shop.register("ada", "Ada", "ada@example.com");
    await expect(shop.register("ada", "Another", "a@example.com")).rejects.toThrow(Taken);
  });

  test("takes an order from the stock", async ({ dynamodb }) => {
    const shop = new Shop(new Client(dynamodb.config));
    await shop.deliver("tea", 10);
    const id = await dynamodb.memo("order", () => randomUUID());
    await shop.order("ada", id, "tea", 3, new Date("2026-01-02T03:04:05Z"));
    expect(await shop.left("tea")).toEqual([7]);
    expect(await shop.ordersOf("ada")).toMatchObject([{ SK: `ORDER#${id}`, product: "tea", quantity: 3 }]);
  });

  test("orders nothing that is not there", async ({ dynamodb }) => {
    const shop = new Shop(new Client(dynamodb.config));
    await shop.deliver("pot", 1);
    await expect(shop.order("ada", "1", "pot", 2, new Date(0))).rejects.toThrow(OutOfStock);
    expect(await shop.ordersOf("ada")).toEqual([]);
  });
});
