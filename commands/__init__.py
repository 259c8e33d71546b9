"""What people run beside the plan: a first stack file, a list of the stacks, and explanations."""
