"""The dashboard of image signatures: what Kyverno verified, and how long Pods waited for it."""

from .panels import Dashboard, Row, Unit, lines, number, table

_PART = "kyverno"
_RESULTS = "kyverno_image_validating_policy_results_total"
_REVIEWS = "kyverno_admission_review_duration_seconds"

SIGNATURES = Dashboard(
    "signatures",
    "Image signatures",
    (
        Row(
            "Now",
            (
                number(
                    "Pods of Kyverno that answer",
                    'sum(kube_deployment_status_replicas_available{namespace="kyverno"}) or vector(0)',
                    part=_PART,
                ),
                number(
                    "Without a signature in a day",
                    f'sum(increase({_RESULTS}{{result="fail"}}[1d])) or vector(0)',
                    part=_PART,
                    note="Refused where the policy denies, and running where it audits.",
                ),
                number(
                    "Not verified in a day",
                    f'sum(increase({_RESULTS}{{result="error"}}[1d])) or vector(0)',
                    part=_PART,
                    note="The registry or the signature could not be read.",
                ),
                number(
                    "Requests refused in a day",
                    'sum(increase(kyverno_admission_requests_total{request_allowed="false"}[1d])) or vector(0)',
                    part=_PART,
                ),
            ),
        ),
        Row(
            "Verifications",
            (
                lines(
                    "Results in an hour",
                    f"sum by (policy_name, result) (increase({_RESULTS}[1h])) > 0",
                    "{{policy_name}} {{result}}",
                    part=_PART,
                ),
                lines(
                    "Time of a review, p90",
                    f"histogram_quantile(0.9, sum by (le, request_webhook) (rate({_REVIEWS}_bucket[15m])))",
                    "{{request_webhook}}",
                    Unit.SECONDS,
                    _PART,
                    "A Pod waits for this long before it is created. Kyverno keeps results for an hour.",
                ),
                lines(
                    "Memory",
                    'sum by (pod) (container_memory_working_set_bytes{namespace="kyverno"})',
                    "{{pod}}",
                    Unit.BYTES,
                    _PART,
                ),
            ),
        ),
        Row(
            "Namespaces",
            (
                table(
                    "Without a signature in a week",
                    "sum by (resource_namespace, policy_name, policy_validation_mode) "
                    f'(increase({_RESULTS}{{result="fail"}}[1w])) > 0',
                    part=_PART,
                ),
            ),
        ),
    ),
    part=_PART,
)
