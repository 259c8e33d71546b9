"""Components of a machine-learning platform on AWS; each module holds one, none is imported before it is asked for."""
