"""PermissionSets: what people may do in an account, by groups of IAM Identity Center."""
