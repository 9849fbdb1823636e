// Typed tables over the AWS SDK's document client: what is written and read is checked by a Zod schema.

import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteCommand,
  type BatchGetCommandOutput,
  type TransactWriteCommandInput,
} from "@aws-sdk/lib-dynamodb";
import { z } from "zod";

export interface Key {
  PK: string;
  SK: string;
}
type Action = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];
const BATCH = 100; // keys of a BatchGetItem, as DynamoDB limits them

export class Client {
  readonly documents: DynamoDBDocumentClient;

  constructor(config: DynamoDBClientConfig) {
    this.documents = DynamoDBDocumentClient.from(new DynamoDBClient(config), {
      marshallOptions: { removeUndefinedValues: true },
    });
  }

  table<Item extends Key>(name: string, schema: z.ZodType<Item>): Table<Item> {
    return new Table(this.documents, name, schema);
  }

  /** All of it happens, or nothing. */
  async transact(...actions: Action[]): Promise<void> {
    await this.documents.send(new TransactWriteCommand({ TransactItems: actions }));
  }

  close(): void {
    this.documents.destroy();
  }
}

export class Table<Item extends Key> {
  private readonly documents: DynamoDBDocumentClient;
  private readonly name: string;
  private readonly schema: z.ZodType<Item>;

  constructor(documents: DynamoDBDocumentClient, name: string, schema: z.ZodType<Item>) {
    this.documents = documents;
    this.name = name;
    this.schema = schema;
  }

  async get(key: Key, options: { consistent?: boolean } = {}): Promise<Item | undefined> {
    const answer = await this.documents.send(
      new GetCommand({ TableName: this.name, Key: key, ConsistentRead: options.consistent ?? false }),
    );
    return answer.Item && this.schema.parse(answer.Item);
  }

  async put(item: Item, options: { ifNew?: boolean } = {}): Promise<void> {
    await this.documents.send(new PutCommand(this.putAction(item, options).Put!));
  }

  /** A put for `Client.transact`. */
  putAction(item: Item, options: { ifNew?: boolean } = {}): Action {
    const put = { TableName: this.name, Item: this.schema.parse(item) as Record<string, unknown> };
    return { Put: options.ifNew ? { ...put, ConditionExpression: "attribute_not_exists(PK)" } : put };
  }

  /** Takes `amount` from a number for `Client.transact`, which is refused where there is less. */
  takeAction(key: Key, attribute: string, amount: number): Action {
    return {
      Update: {
        TableName: this.name,
        Key: key,
        UpdateExpression: "SET #a = #a - :n",
        ConditionExpression: "#a >= :n",
        ExpressionAttributeNames: { "#a": attribute },
        ExpressionAttributeValues: { ":n": amount },
      },
    };
  }

  async delete(key: Key): Promise<void> {
    await this.documents.send(new DeleteCommand({ TableName: this.name, Key: key }));
  }

  /** The items that there are, in the order of their keys. What DynamoDB leaves unprocessed is asked for again. */
  async batchGet(keys: Key[]): Promise<Item[]> {
    const found = new Map<string, Item>();
    for (let start = 0; start < keys.length; start += BATCH) {
      let wanted: Record<string, unknown>[] | undefined = keys.slice(start, start + BATCH).map((key) => ({ ...key }));
      while (wanted?.length) {
        const answer: BatchGetCommandOutput = await this.documents.send(
          new BatchGetCommand({ RequestItems: { [this.name]: { Keys: wanted } } }),
        );
        for (const item of answer.Responses?.[this.name] ?? []) found.set(`${item.PK}\n${item.SK}`, this.schema.parse(item));
        wanted = answer.UnprocessedKeys?.[this.name]?.Keys;
      }
    }
    return keys.flatMap((key) => found.get(`${key.PK}\n${key.SK}`) ?? []);
  }

  query(): Query<Item> {
    return new Query(this.documents, this.name, this.schema);
  }

  async scan(): Promise<Item[]> {
    const items: Item[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const page = await this.documents.send(new ScanCommand({ TableName: this.name, ExclusiveStartKey: start }));
      items.push(...(page.Items ?? []).map((item) => this.schema.parse(item)));
      start = page.LastEvaluatedKey;
    } while (start);
    return items;
  }
}

export class Query<Item extends Key> {
  private readonly documents: DynamoDBDocumentClient;
  private readonly name: string;
  private readonly schema: z.ZodType<Item>;
  private readonly conditions: string[] = [];
  private readonly values: Record<string, string> = {};
  private forward = true;
  private most = Infinity;

  constructor(documents: DynamoDBDocumentClient, name: string, schema: z.ZodType<Item>) {
    this.documents = documents;
    this.name = name;
    this.schema = schema;
  }

  partitionKey(value: string): this {
    return this.where("PK = :pk", ":pk", value);
  }

  sortKeyBeginsWith(prefix: string): this {
    return this.where("begins_with(SK, :sk)", ":sk", prefix);
  }

  descending(): this {
    this.forward = false;
    return this;
  }

  limit(items: number): this {
    this.most = items;
    return this;
  }

  async execute(): Promise<Item[]> {
    const items: Item[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const page = await this.documents.send(
        new QueryCommand({
          TableName: this.name,
          KeyConditionExpression: this.conditions.join(" AND "),
          ExpressionAttributeValues: this.values,
          ScanIndexForward: this.forward,
          ...(Number.isFinite(this.most) && { Limit: this.most - items.length }),
          ...(start && { ExclusiveStartKey: start }),
        }),
      );
      items.push(...(page.Items ?? []).map((item) => this.schema.parse(item)));
      start = page.LastEvaluatedKey;
    } while (start && items.length < this.most);
    return items;
  }

  private where(condition: string, name: string, value: string): this {
    this.conditions.push(condition);
    this.values[name] = value;
    return this;
  }
}
