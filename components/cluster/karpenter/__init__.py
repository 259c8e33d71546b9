"""Karpenter: nodes made as pods need them."""
