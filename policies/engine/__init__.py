"""Judging by the rules: what a rule is, the stack it sees, levels and exceptions, in the plan and under the engine.

Also what rules of several services share: ranges of addresses, Kubernetes objects, secrets in text.
"""
