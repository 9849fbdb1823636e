"""What may stand round the engine: limits of throughput, stale reads; and what a request would read."""
