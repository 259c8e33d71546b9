"""The section `modelQuality`: logged predictions of models, and their comparison with training data."""

from components.core.spec import args_of
from components.data.feature_services.feature_services import FeatureServices
from components.observability.model_quality.model_quality import ModelQuality
from components.observability.model_quality.spec import ModelQualityArgs
from stacks.config import StackConfig
from stacks.foundation import Foundation, Outputs


def make_model_quality(
    config: StackConfig, base: Foundation, services: FeatureServices | None, exports: Outputs
) -> ModelQuality | None:
    """The collector, the bucket and the jobs. With a tracking server, reports are runs of MLflow too."""
    if not config.model_quality:
        return None
    tracked = config.feature_services and config.feature_services.tracking_server
    tracking: dict[str, object] = {"tracking_address": services.tracking_address} if services and tracked else {}
    args = args_of(
        ModelQualityArgs,
        config.model_quality,
        **tracking,
        cluster_name=base.cluster.ready,
        key_arn=base.store.data_key_arn,
        log_bucket=base.store.log_bucket,
    )
    quality = ModelQuality("model-quality", args, base.kubernetes)
    exports |= {"predictionsBucket": quality.bucket_name, "modelQualityJobs": quality.job_names}
    return quality
