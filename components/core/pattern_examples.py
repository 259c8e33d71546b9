"""Examples for the patterns of fields, because most readers cannot read a pattern."""

EXAMPLES = {
    r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$": "vision.predict",
    r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$": "predictions",
    r"^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$": "ml-starter-predict",
    r"^[a-z][a-z0-9-]{0,22}[a-z0-9]$": "ml-starter",
    r"^(/[A-Za-z0-9._~/-]*)?$": "/healthz",
    r"^[1-9][0-9]{0,9}:[1-9][0-9]{0,9}$": "1000:1000",
    r"^arn:aws[a-z-]*:sso:::instance/(sso)?ins-[A-Za-z0-9.-]{16}$": "arn:aws:sso:::instance/ssoins-0123456789abcdef",
    r"^[A-Za-z0-9_+=,.@-]{1,128}$": "ml-prod-boundary",
    r"^[A-Za-z0-9_+=,.@/-]{1,128}$": "PowerUserAccess",
    r"^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$": "night",
    r"^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]+$": "arn:aws:iam::111122223333:role/data-science",
    r"\S": "text",
    r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$": "inference",
    r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$": "ml-online",
    r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$": "03:00-04:00",
    r"^(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]"
    r"-(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]$": ("sun:05:00-sun:06:00"),
    r"^[a-z][a-z0-9_]{0,254}$": "ml_features",
    r"^[a-z][a-z0-9-]{1,30}$": "customer",
    r"^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$": "platform",
    r"^[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*$": "risk/models",
    r"^(localhost|[a-z0-9]([a-z0-9.-]*[a-z0-9])?\.[a-z]{2,63})(:[0-9]{1,5})?$": "registry.example.com",
    r"^(localhost|[a-z0-9]([a-z0-9.-]*[a-z0-9])?\.[a-z]{2,63})(:[0-9]{1,5})?(/[a-z0-9._/-]*)?"
    r"(@sha256:[0-9a-f]{64})?$": ("registry.example.com/risk/scorer"),
    r"^https://github\.com/[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+/\.github/workflows/[A-Za-z0-9_.-]+\.ya?ml"
    r"@refs/(heads|tags)/[A-Za-z0-9_./-]+$": (
        "https://github.com/example/models/.github/workflows/images.yaml@refs/heads/main"
    ),
    r"^[a-z][a-z0-9-]{1,20}[a-z0-9]$": "ml-prod",
    r"^[A-Za-z0-9][A-Za-z0-9_.:/+=-]{1,30}$": "CUST-",
    r"^(http://[a-z0-9-]+\.[a-z0-9-]+\.svc\.cluster\.local:[1-9][0-9]{0,4}|https://[a-z0-9][a-z0-9.-]*)"
    r"(/[A-Za-z0-9._/-]*)?$": ("https://traces.example.com"),
    r"^[a-z0-9][a-z0-9-]{1,30}$": "ml-prod",
    r"^[a-z][a-z0-9_]{0,47}$": "feature_reader",
    r"^[a-z](-?[a-z0-9]){0,62}$": "ml-prod",
    r"^db\.[a-z0-9]+\.[a-z0-9]+$": "db.m7g.large",
    r"^[a-z]([a-z0-9-]*[a-z0-9])?$": "fraud-scorer",
    r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$": "monitoring",
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
    r"^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$": "team-a",
    r"^https?://[a-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._/-]*)?$": "http://prometheus.monitoring:9090",
    r"^https://[A-Za-z0-9./_-]+$": "https://github.com/example/mlplatform/blob/main/docs/runbooks.md",
    r"^https://[^\s#]+$": "https://github.com/example/mlplatform/blob/main/docs/runbooks.md",
    r"^[A-Za-z0-9][A-Za-z0-9_-]{1,29}$": "ml-prod",
    r"^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$": "models",
    r"^arn:aws[a-z-]*:backup:[a-z0-9-]+:[0-9]{12}:backup-vault:[A-Za-z0-9_-]{2,50}$": (
        "arn:aws:backup:us-east-1:111122223333:backup-vault:central"
    ),
    r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$": (
        "arn:aws:kms:us-east-1:111122223333:key/0f0e0d0c-1111-2222-3333-444455556666"
    ),
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
    r"^[a-z][a-z0-9-]{0,40}$": "on-call",
    r"^(http://[a-z0-9-]+\.[a-z0-9-]+\.svc\.cluster\.local:[0-9]{1,5}|https://[a-z0-9][a-z0-9.-]*)(/[\w./-]*)?$": (
        "http://tempo.tempo.svc.cluster.local:4318"
    ),
    r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.svc\.cluster\.local$": (
        "collector.tracing.svc.cluster.local"
    ),
    r"^T[0-9A-Z]{2,20}$": "T0123ABCD",
    r"^[CG][0-9A-Z]{2,20}$": "C0123ABCD",
    r"^[A-Za-z0-9/_+=.@-]{1,512}$": "alerts/pager-duty",
    r"^[A-Za-z0-9-]{1,64}$": "X-Forwarded-For",
    r"^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$": "ada",
    r"^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$": "arn:aws:sns:us-east-1:111122223333:alarms",
    r"^arn:aws[a-z-]*:ecr:[a-z0-9-]+:[0-9]{12}:repository/[a-z0-9][a-z0-9._/-]*(/\*)?$": (
        "arn:aws:ecr:us-east-1:111122223333:repository/risk/*"
    ),
    r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$": "ml-prod-predictions-111122223333",
    r"^[A-Za-z_][A-Za-z0-9_.-]{0,63}$": "amount",
    r"^[A-Za-z0-9_.:/-]{1,128}$": "features",
    r"^[A-Za-z0-9_./-]{1,200}$": "fraud",
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
    r"^[A-Za-z0-9.!#$%&'*+=?^_{|}~-]+@[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+$": "finance@example.com",
    r"^[A-Za-z0-9_.:/=+@ -]{1,128}$": "team",
    r"^vpc-[0-9a-f]{8,17}$": "vpc-0123456789abcdef0",
    r"^subnet-[0-9a-f]{8,17}$": "subnet-0123456789abcdef0",
    r"^sg-[0-9a-f]{8,17}$": "sg-0123456789abcdef0",
    r"^[a-z][a-z0-9-]{0,30}$": "ml-prod",
    r"^arn:aws[a-z-]*:ce::[0-9]{12}:anomalymonitor/[A-Za-z0-9-]+$": (
        "arn:aws:ce::111122223333:anomalymonitor/8b4d9d2e-0000-4000-8000-000000000000"
    ),
}


def example_of(pattern: str) -> str:
    """The end of a remedy: an example that matches `pattern`; empty without an example."""
    return f"; write one such as {EXAMPLES[pattern]}" if pattern in EXAMPLES else ""
