"""EventStream: topics with a schema, and queues."""
