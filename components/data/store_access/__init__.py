"""StoreAccess: a database, a role and a password for each use of the stores."""
