"""Who may do what in a stack: computed from its policies, roles, trust, Kubernetes roles and network rules."""
