"""Names that AWS and DNS accept, as regular expressions of the whole name."""

BUCKET_PATTERN = r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$"
"""What a bucket may be called. A name with dots is one that no certificate of S3 covers, and TLS alone is let in.

Source: S3 user guide, "General purpose bucket naming rules".
"""

DNS_NAME_PATTERN = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$"
"""A host name or a zone, such as models.example.com. Source: RFC 1035, section 2.3.4."""

KMS_KEY_PATTERN = r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$"
"""The ARN of a key. Source: Service authorization reference, "Resource types defined by AWS Key Management Service"."""
