"""botocore's clients, a provider over them, our retries in place of botocore's, and a call's way there and back."""
