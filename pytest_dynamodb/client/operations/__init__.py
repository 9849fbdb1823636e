"""What is done in more than one call, and the calls that it is made of: steps, without I/O."""
