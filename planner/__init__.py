"""What would happen: a stack evaluated in process, judged, priced and shown, with no account and no network."""
