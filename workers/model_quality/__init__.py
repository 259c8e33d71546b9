"""The quality of deployed models: their logged predictions (`log`), and a job that compares them (`job`)."""
