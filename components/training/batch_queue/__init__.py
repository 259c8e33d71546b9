"""BatchQueue: jobs on AWS Batch, each on a machine that starts with it and ends after it."""
