"""Names that Argo CD's chart and our objects share."""

NAMESPACE = "argocd"
IN_CLUSTER = "https://kubernetes.default.svc"
CONTROLLER = "argocd-application-controller"
SERVER = "argocd-server"
REPO_SERVER = "argocd-repo-server"
"""The service accounts of the controller, the server and the repo server."""
SERVER_SERVICE_PORT = 443
SERVER_PORT = 8080
PARTS = {"app.kubernetes.io/part-of": "argocd"}
"""The label of Argo CD's pods. Highly available Redis and its proxies do not have it."""
SERVER_PODS = {"app.kubernetes.io/name": "argocd-server"}

TEAM_LABEL = "mlplatform.io/team"
MODEL_LABEL = "mlplatform.io/model"
ENVIRONMENT_LABEL = "mlplatform.io/environment"
"""The labels of a model's Application."""

SSO_SECRET = "argocd-sso"  # noqa: S105 - a name
CHARTS_SECRET = "argocd-charts"  # noqa: S105 - a name
NOTIFICATIONS_SECRET = "argocd-notifications-secret"  # noqa: S105 - the chart's own name

DELETION_APPROVED = "argocd.argoproj.io/deletion-approved"
"""The annotation with which a person confirms a deletion on an Application."""
