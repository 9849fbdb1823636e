"""The providers: what answers a DynamoDB call, be it a cassette, the in-memory engine or an upstream."""
