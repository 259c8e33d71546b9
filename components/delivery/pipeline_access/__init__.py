"""PipelineAccess: IAM roles for GitHub workflows, without stored keys."""
