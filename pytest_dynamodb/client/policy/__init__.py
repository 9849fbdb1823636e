"""When to try again and when to stop asking: rules without a clock, a sleep or a socket."""
