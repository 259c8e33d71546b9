"""AccessControl: the most that roles of the platform may do, and a role for emergencies."""
