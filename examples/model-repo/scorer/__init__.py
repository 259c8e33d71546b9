"""The fraud model's probability, turned into a decision."""
