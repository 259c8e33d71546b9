"""Tracing: OpenTelemetry collectors that choose traces, and the store that keeps them."""
