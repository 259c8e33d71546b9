"""Karpenter: adds nodes as pods need them."""
