"""What a person asks of a new stack, and the sections of the config that hold it."""

from dataclasses import dataclass, field

from commands.existing import Existing
from policies.engine.settings import EnvironmentKind
from stacks.placeholders import PLACEHOLDER, PLACEHOLDER_ACCOUNT


@dataclass(frozen=True, slots=True)
class Wishes:
    """A stack that somebody wants. `budget` is in USD a month; `gpus` holds instance types."""

    name: str
    kind: EnvironmentKind
    region: str
    budget: float
    gpus: tuple[str, ...] = ()
    gpu_nodes: int = 2
    account: str = PLACEHOLDER_ACCOUNT
    owner: str = PLACEHOLDER
    cost_center: str = PLACEHOLDER
    email: str = f"{PLACEHOLDER}@example.com"
    domain: str = f"{PLACEHOLDER}.example.com"
    repository: str = f"https://github.com/{PLACEHOLDER}/mlplatform"
    vpc_cidr: str = "10.50.0.0/16"
    existing: Existing = field(default_factory=Existing)
    feature_store: bool = False
    models: bool = False
    training: bool = False
    kubeflow: bool = False
    starter: bool = False

    @property
    def has_stores(self) -> bool:
        """Whether a part needs the feature store."""
        return self.feature_store or self.models or self.training or self.kubeflow

    @property
    def full_name(self) -> str:
        """Begins the names of the stack's resources."""
        return f"ml-{self.name}"

    @property
    def is_production(self) -> bool:
        """Whether the stricter rules apply."""
        return self.kind is EnvironmentKind.PRODUCTION
