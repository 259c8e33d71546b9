"""ImageVerification: signatures of images, verified by Kyverno when a Pod is created."""

from typing import Any

import pulumi
import pulumi_aws as aws

from ...core.component import Component
from ...core.kms import signing_key
from ...core.manifest import Manifest, Release
from ...core.named_outputs import by_name
from ...core.network_policies import admit_api_server, allow_apis, allow_metrics
from ...core.ordering import after
from ...facts.versions import KYVERNO
from ..secure_namespace import closed_namespace
from ..workload_identity import WorkloadIdentity
from .kyverno import METRICS_PORT, NAMESPACE, PODS, SERVICE_ACCOUNT, WEBHOOK_PORT, kyverno_values, reading_policy
from .policies import key_attestor, modes, others_policy, signer_policy, workflow_attestor
from .spec import ImageVerificationArgs, ImageVerificationSpec, SignerSpec


class ImageVerification(Component[ImageVerificationArgs, ImageVerificationSpec]):
    """Kyverno's admission controller, which verifies the signatures of images of Pods in some namespaces.

    A signer signs with a KMS key of this component, which only its roles may use, or is a workflow of GitHub Actions.
    Images that no signer signs are refused unless they are listed as unsigned. Pass a Kubernetes provider in the option
    `providers`.
    """

    key_aliases: pulumi.Output[dict[str, str]]
    """The aliases of the signing keys, by signer. `cosign sign --key awskms:///<alias>` takes one."""
    policy_names: pulumi.Output[list[str]]
    """The names of the policies, resolved after they exist."""

    def __init__(self, name: str, args: ImageVerificationArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, ImageVerificationArgs, ImageVerificationSpec, opts)
        spec = self._spec
        aliases: dict[str, pulumi.Output[str]] = {}
        attestors = {signer.name: self._attestor(signer, aliases) for signer in spec.signers}
        release = self._release()
        made: list[Manifest] = []
        for mode, namespaces in modes(spec):
            options = pulumi.ResourceOptions(parent=self, depends_on=[release])
            made += [
                Manifest(f"{name}-signed-{signer.name}-{mode}", policy, options)
                for signer in spec.signers
                for policy in [signer_policy(spec, signer, mode, namespaces, attestors[signer.name])]
            ]
            policy, binding = others_policy(spec, mode, namespaces)
            others = Manifest(f"{name}-signed-others-{mode}", policy, self._child)
            bound = pulumi.ResourceOptions(parent=self, depends_on=[others])
            made.append(Manifest(f"{name}-signed-others-{mode}-binding", binding, bound))
        self.key_aliases = by_name(aliases)
        self.policy_names = pulumi.Output.all(*(each.id for each in made)).apply(
            lambda ids: [str(each).rpartition("/")[2] for each in ids]
        )
        self._publish()

    def _attestor(self, signer: SignerSpec, aliases: dict[str, pulumi.Output[str]]) -> dict[str, Any]:
        if signer.workflow:
            return workflow_attestor(signer.workflow)
        key = signing_key(
            f"{self._name}-{signer.name}-key",
            f"Signatures of the images of {signer.name}",
            self._account,
            signer.signing_role_arns,
            pulumi.ResourceOptions(parent=self, protect=self._spec.deletion_protection),
        )
        alias = aws.kms.Alias(
            f"{self._name}-{signer.name}-alias",
            name=f"alias/image-signing-{signer.name}",
            target_key_id=key.key_id,
            opts=self._child,
        )
        aliases[signer.name] = alias.name
        options = pulumi.InvokeOutputOptions(parent=self)
        return key_attestor(aws.kms.get_public_key_output(key_id=key.arn, opts=options).public_key_pem)

    def _release(self) -> Release:
        """Kyverno in a closed namespace, with an identity that reads the signers' repositories."""
        spec, args, name = self._spec, self._args, self._name
        policies = [
            allow_apis(NAMESPACE, {}),
            admit_api_server(NAMESPACE, PODS, WEBHOOK_PORT, args["vpc_cidr"]),
            allow_metrics(NAMESPACE, PODS, METRICS_PORT, spec.monitoring_namespace),
        ]
        namespace = closed_namespace(f"{name}-namespace", NAMESPACE, policies, self)
        folders = [folder for signer in spec.signers for folder in signer.images]
        identity = WorkloadIdentity(
            f"{name}-identity",
            {
                "cluster_name": args["cluster_name"],
                "namespace": NAMESPACE,
                "service_account": SERVICE_ACCOUNT,
                "policies": {"images": reading_policy(self._account, spec.registry, folders)},
            },
            self._child,
        )
        return Release(
            f"{name}-release",
            KYVERNO,
            after(NAMESPACE, args["cluster_name"]),
            kyverno_values(spec, [*spec.audited_namespaces, *spec.enforced_namespaces]),
            pulumi.ResourceOptions(parent=self, depends_on=[*namespace, identity]),
        )
