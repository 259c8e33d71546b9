"""Examples for the patterns of fields, because most readers cannot read a pattern."""

EXAMPLES = {
    r"^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$": "night",
    r"^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]+$": "arn:aws:iam::111122223333:role/data-science",
    r"\S": "text",
    r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$": "inference",
    r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$": "ml-online",
    r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$": "03:00-04:00",
    r"^(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]"
    r"-(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]$": ("sun:05:00-sun:06:00"),
    r"^[a-z][a-z0-9_]{0,254}$": "ml_features",
    r"^[a-z0-9][a-z0-9-]{1,30}$": "ml-prod",
    r"^[a-z][a-z0-9_]{0,47}$": "feature_reader",
    r"^[a-z](-?[a-z0-9]){0,62}$": "ml-prod",
    r"^db\.[a-z0-9]+\.[a-z0-9]+$": "db.m7g.large",
    r"^[a-z]([a-z0-9-]*[a-z0-9])?$": "fraud-scorer",
    r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$": "monitoring",
    r"^(([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)\.)+[a-z]{2,63}$": "models.example.com",
    r"^https://[^\s*@?#]+$": "https://github.com/example/models",
    r"^[A-Za-z0-9_./-]+$": "main",
    r"^[A-Za-z0-9_:./-]+$": "cognito:groups",
    r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}(/[a-z0-9._-]+)*$": "ghcr.io/example/charts",
    r"^[a-z0-9_-]{1,80}$": "ml-alerts",
    r"^[0-9]{12}$": "111122223333",
    r"^[a-z]{2}(-[a-z]+)+-[0-9]$": "us-east-1",
    r"^[a-z][a-z0-9_]{0,62}$": "drivers",
    r"^([1-9][0-9]{0,2}|[1-9][0-9]{1,4}m)$": "500m",
    r"^[1-9][0-9]{0,4}(Mi|Gi)$": "2Gi",
    r"^([01][0-9]|2[0-3]):[0-5][0-9]$": '"08:00", in quotes',
    r"^[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+)+$": "Europe/Berlin",
    r"^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$": "ml-prod",
    r"^[A-Za-z0-9_.-]*(\*[A-Za-z0-9_.-]*){0,4}$": "v*",
    r"^[a-z0-9]+([._-][a-z0-9]+)*$": "fraud-scorer",
    r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$": "arn:aws:iam::111122223333:role/data-science",
    r"^(latest|v[0-9.]+)$": "latest",
    r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$": "models.example.com",
    r"^[0-9a-f]{40}$": "0123456789abcdef0123456789abcdef01234567",
    r"^[A-Za-z][A-Za-z0-9._-]{0,62}$": "clicks",
    r"^[1-9][0-9]*m?$": "500m",
    r"^[1-9][0-9]*(Mi|Gi)$": "8Gi",
    r"^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$": "team-a",
    r"^https?://[a-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._/-]*)?$": "http://prometheus.monitoring:9090",
    r"^cr-[0-9a-f]{8,17}$": "cr-0123456789abcdef0",
    r"^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$": "us-east-1a",
    r"^snap-[0-9a-f]{8}([0-9a-f]{9})?$": "snap-0123456789abcdef0",
    r"^ami-[0-9a-f]{8}([0-9a-f]{9})?$": "ami-0123456789abcdef0",
    r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/\S+\.zip$": "s3://ml-certificates/spark.zip",
    r"^https://[^\s/]+(?:/\S*)?$": "https://login.example.com/token",
    r"^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$": "training",
    r"^/\S*$": "/healthz/ready",
    r"^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:ecr-pullthroughcache/[A-Za-z0-9/_+=.@-]+$": (
        "arn:aws:secretsmanager:us-east-1:111122223333:secret:ecr-pullthroughcache/docker-hub-AbCdEf"
    ),
    r"^[a-z][a-z0-9-]{0,46}[a-z0-9]$": "argocd",
    r"^([a-z0-9-]+/)*[a-z0-9-]*$": "delivery/sso",
    r"^[a-z0-9][a-z0-9-]{0,126}$": "acme-people",
    r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$": "acme-people",
    r"^[A-Za-z0-9-]{1,64}$": "X-Forwarded-For",
    r"^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$": "ada",
    r"^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$": "arn:aws:sns:us-east-1:111122223333:alarms",
    r"^arn:aws[a-z-]*:ecr:[a-z0-9-]+:[0-9]{12}:repository/[a-z0-9][a-z0-9._/-]*(/\*)?$": (
        "arn:aws:ecr:us-east-1:111122223333:repository/risk/*"
    ),
    r"^[A-Za-z0-9._-]+$": "clicks",
    r"^[A-Za-z0-9][A-Za-z0-9._-]*$": "feature-ingest",
    r"^ami-[0-9a-f]{8,17}$": "ami-0123456789abcdef0",
    r"^[A-Za-z0-9]{1,255}$": "search",
    r"^[1-9][0-9]{0,9}(:[1-9][0-9]{0,9})?$": "1000:1000",
    r"^[A-Za-z_][A-Za-z0-9_]*$": "LEARNING_RATE",
    r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$": "search/ranking",
    (
        r"^[a-z0-9][a-z0-9.-]*(:[0-9]+)?(/[a-z0-9][a-z0-9._-]*)+"
        r"(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?(@sha256:[0-9a-f]{64})?$"
    ): "111122223333.dkr.ecr.us-east-1.amazonaws.com/search/ranking-trainer:1.4.0",
}


def example_of(pattern: str) -> str:
    """The end of a remedy: an example that matches `pattern`; empty without an example."""
    return f"; write one such as {EXAMPLES[pattern]}" if pattern in EXAMPLES else ""
