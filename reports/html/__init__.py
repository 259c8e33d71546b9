"""The report: a plan as one HTML file that needs no network."""
