"""Who may do what in an account, and the record of what was done."""
