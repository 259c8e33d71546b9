"""The job: compares the logged predictions of a window with training data, and reports."""
