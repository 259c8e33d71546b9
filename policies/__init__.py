"""What must hold: rules over the resources of a stack, judged alike in the plan and under the engine."""
