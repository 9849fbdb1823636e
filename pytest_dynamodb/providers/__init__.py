"""Who answers a DynamoDB call: the cassette, or the upstream while the cassette listens. One file each."""
