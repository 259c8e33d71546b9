"""WebFirewall: blocks unwanted requests before they reach a model."""
