"""Streams of events, and what reads them."""
