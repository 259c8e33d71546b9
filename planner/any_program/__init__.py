"""The price and the verdicts of any Pulumi program: of its preview, its state, or the program itself."""
