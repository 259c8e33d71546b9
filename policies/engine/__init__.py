"""Judging by the rules: what a rule is, the stack it sees, levels and exceptions, in the plan and under the engine."""
