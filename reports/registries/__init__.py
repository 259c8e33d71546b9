"""What an auditor or a new colleague looks up: facilities, access, credentials, configuration and changes."""
