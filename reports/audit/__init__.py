"""What an auditor is given: the registries of a stack, the verdicts of its rules, and the controls that they show."""
