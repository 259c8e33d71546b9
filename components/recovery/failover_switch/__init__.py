"""FailoverSwitch: a switch between the records of two regions in Route 53."""
