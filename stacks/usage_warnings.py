"""Warnings about assumed usage of sections that the stack lacks: no price reads it."""

from collections.abc import Iterator, Mapping

from stacks.config import StackConfig
from stacks.config_warning import ConfigWarning

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "alarms": ("alarms",),
    "audit": ("audit",),
    "backup": ("recovery",),
    "batch": ("batch_queue",),
    "logs": ("logs",),
    "metrics": ("metrics",),
    "spark": ("spark_cluster", "feature_ingest"),
    "spend": ("spend",),
    "traces": ("traces",),
}
"""The sections of a config whose use each section of `usage` states; one of them is enough.

Usage of streams and of SageMaker is refused without its section.
"""


def usage_warnings(config: StackConfig) -> Iterator[ConfigWarning]:
    """Each section of `usage` that is given although the stack has none of its sections."""
    for name, sections in SECTIONS.items():
        stated = config.usage.model_fields_set & {name}
        if stated and not any(getattr(config, section) for section in sections):
            wanted = " or ".join(type(config).model_fields[section].alias or section for section in sections)
            yield ConfigWarning(
                f"usage.{name}",
                getattr(config.usage, name).model_dump(mode="json", by_alias=True, exclude_unset=True),
                f"The stack has no {wanted}, so nothing of this is in its price.",
                f"Remove it, or add {wanted}.",
            )
