"""What a stack costs a month: resources and usage in, dated line items out. Knows nothing of Pulumi."""
