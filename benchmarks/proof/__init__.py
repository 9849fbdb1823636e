"""The proof: this package beside others, measured in one run, and the page that is written of it."""
