"""WebFirewall: what must not reach a model, stopped before it costs a GPU's time."""
