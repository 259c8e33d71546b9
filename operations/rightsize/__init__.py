"""Proposes smaller, shared or scheduled nodes from recorded utilisation."""
