"""What people read of a plan: the report, the registries, the availability and the scenarios."""
