"""The architecture of a plan as a graph: places, what runs in them, and the flows between. The page lays it out."""
