"""What a plan costs in CPU and memory, measured in whole processes: `python -m tests.bench`, or `make bench`."""
