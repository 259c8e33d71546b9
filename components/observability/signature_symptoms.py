"""Alerts on symptoms of the verification of images by Kyverno."""

from .alerts import Alert, Severity

OF_KYVERNO = (
    Alert(
        "ImageVerificationDown",
        'kube_deployment_status_replicas_available{namespace="kyverno",deployment="kyverno-admission-controller"} == 0',
        5,
        Severity.CRITICAL,
        "No pod of Kyverno's admission controller is available.",
        "In enforced namespaces the API server refuses every new Pod, also those of models that scale. In audited "
        "namespaces it admits Pods unverified. Running Pods stay.",
        (
            "Look why the pods do not start: nodes of the system pool, memory, the image.",
            "Until they do, Pods start if the namespaces move to imageSignatures.auditedNamespaces.",
        ),
        (
            "kubectl -n <namespace> get pods,events",
            "kubectl -n <namespace> logs deploy/<deployment> --tail=100",
        ),
    ),
    Alert(
        "ImageVerificationFailing",
        "sum by (resource_namespace, policy_name) "
        '(increase(kyverno_image_validating_policy_results_total{result="error"}[15m])) > 0',
        0,
        Severity.WARNING,
        "Kyverno could not verify images of {{ $labels.resource_namespace }} by {{ $labels.policy_name }} "
        "{{ $value | humanize }} times.",
        "The registry or the signature could not be read. Where the namespace is enforced, these Pods are refused.",
        (
            "Read Kyverno's log for the answer of the registry: a missing right, a missing repository, no network.",
            "Compare the repository with the images of the signer.",
        ),
        (
            "kubectl -n kyverno logs deploy/kyverno-admission-controller --tail=200",
            "kubectl get imagevalidatingpolicies <policy_name> -o yaml",
        ),
    ),
    Alert(
        "ImagesWithoutSignature",
        "sum by (resource_namespace, policy_name, policy_validation_mode) "
        '(increase(kyverno_image_validating_policy_results_total{result="fail"}[15m])) > 0',
        0,
        Severity.WARNING,
        "Images of {{ $labels.resource_namespace }} have no signature that {{ $labels.policy_name }} accepts "
        "({{ $labels.policy_validation_mode }}).",
        "A Pod has an image that its signer did not sign. With Deny it was refused; with Audit it runs.",
        (
            "Find the image in Kyverno's log, and who pushed it.",
            "Sign its digest if it comes from the team's pipeline. Otherwise remove it and look how it came in.",
        ),
        (
            "kubectl -n <resource_namespace> get events --sort-by=.lastTimestamp",
            "kubectl -n kyverno logs deploy/kyverno-admission-controller --tail=200",
        ),
    ),
    Alert(
        "ImageVerificationSlow",
        "histogram_quantile(0.9, sum by (le) (rate(kyverno_admission_review_duration_seconds_bucket[15m]))) > 5",
        15,
        Severity.WARNING,
        "A tenth of Kyverno's reviews take {{ $value | humanizeDuration }} or more.",
        "Pods start late. A review longer than imageSignatures.timeoutSeconds counts as failed.",
        (
            "Compare the CPU of the pods with their requests, and raise replicas.",
            "Look for throttling by the registry in the log.",
        ),
        (
            "kubectl -n kyverno top pods",
            "kubectl -n kyverno logs deploy/kyverno-admission-controller --tail=200",
        ),
    ),
)
