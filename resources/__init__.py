"""A resource as everything that is pure reads it: rules, prices, plans. It imports no other folder and no Pulumi."""
