"""JobSchedules: where a team keeps the schedules of its training jobs, and the role that starts them."""
