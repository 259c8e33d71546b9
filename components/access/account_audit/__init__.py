"""AccountAudit: the record of what is done in an account, and the detection of threats and of access from outside."""
