"""Refreshing a region's price file from the AWS Price List API. The only part of pricing that needs boto3."""
