"""PipelineAccess: what workflows on GitHub may do in an account, without a stored key."""
