"""Packs, starts, follows and stops the job of Spark that writes features."""
