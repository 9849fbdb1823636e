// A shop in one table: users, their orders, and products with their stock.

import { ConditionalCheckFailedException, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { z } from "zod";
import { type Client, type Table } from "./table.ts";

export const User = z.object({
  PK: z.string().startsWith("USER#"),
  SK: z.literal("PROFILE"),
  name: z.string().min(1),
  email: z.email(),
});
export type User = z.infer<typeof User>;

export const Order = z.object({
  PK: z.string().startsWith("USER#"),
  SK: z.string().startsWith("ORDER#"),
  product: z.string(),
  quantity: z.int().positive(),
  placed: z.iso.datetime(),
});
export type Order = z.infer<typeof Order>;

export const Product = z.object({
  PK: z.string().startsWith("PRODUCT#"),
  SK: z.literal("STOCK"),
  stock: z.int().nonnegative(),
});
export type Product = z.infer<typeof Product>;

export class OutOfStock extends Error {}
export class Taken extends Error {}

const profile = (id: string) => ({ PK: `USER#${id}`, SK: "PROFILE" }) as const;
const stock = (id: string) => ({ PK: `PRODUCT#${id}`, SK: "STOCK" }) as const;

export class Shop {
  private readonly client: Client;
  private readonly users: Table<User>;
  private readonly orders: Table<Order>;
  private readonly products: Table<Product>;

  constructor(client: Client) {
    this.client = client;
    this.users = client.table<User>("Shop", User);
    this.orders = client.table<Order>("Shop", Order);
    this.products = client.table<Product>("Shop", Product);
  }

  async register(id: string, name: string, email: string): Promise<void> {
    try {
      await this.users.put({ ...profile(id), name, email }, { ifNew: true });
    } catch (problem) {
      if (problem instanceof ConditionalCheckFailedException) throw new Taken(id);
      throw problem;
    }
  }

  user(id: string): Promise<User | undefined> {
    return this.users.get(profile(id));
  }

  async deliver(product: string, amount: number): Promise<void> {
    await this.products.put({ ...stock(product), stock: amount });
  }

  async left(...products: string[]): Promise<number[]> {
    return (await this.products.batchGet(products.map(stock))).map((product) => product.stock);
  }

  /** Takes the stock and writes the order, or does neither. */
  async order(user: string, id: string, product: string, quantity: number, placed: Date): Promise<void> {
    const order = { PK: `USER#${user}`, SK: `ORDER#${id}`, product, quantity, placed: placed.toISOString() };
    try {
      await this.client.transact(
        this.products.takeAction(stock(product), "stock", quantity),
        this.orders.putAction(order, { ifNew: true }),
      );
    } catch (problem) {
      const reasons = problem instanceof TransactionCanceledException ? (problem.CancellationReasons ?? []) : [];
      if (reasons[0]?.Code === "ConditionalCheckFailed") throw new OutOfStock(product);
      throw problem;
    }
  }

  ordersOf(user: string): Promise<Order[]> {
    return this.orders.query().partitionKey(`USER#${user}`).sortKeyBeginsWith("ORDER#").execute();
  }
}
