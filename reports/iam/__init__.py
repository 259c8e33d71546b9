"""Evaluates IAM policies: what a principal may do, and under which limits where a question leaves something open."""
