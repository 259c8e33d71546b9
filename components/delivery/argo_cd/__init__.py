"""Delivery: Argo CD, and what each product team may deliver through it."""
