"""DynamoDB Streams: what every write leaves in them, how their shards come and go, and how they are read.

(Developer guide, "Change data capture for DynamoDB Streams"; Streams API reference.)
"""
