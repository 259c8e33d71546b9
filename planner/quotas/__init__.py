"""The AWS quota increases to request before the first deployment. A module per service."""
