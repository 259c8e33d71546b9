"""Which folders of the bucket of models a team may write."""

from ..core.spec import refuse

TRACKING_FOLDER = "mlflow/"
"""The folder of the models bucket in which TrackingServer keeps artifacts."""


def outer_folder(one: str, other: str) -> str | None:
    """The one of two folders, each with a slash at its end, that contains the other; None where they are apart."""
    if other.startswith(one):
        return one
    return other if one.startswith(other) else None


def not_of_tracking(folder: str) -> str:
    """`folder`, with or without a slash at its end, unless MLflow's artifacts are in it; refused otherwise."""
    if outer_folder(f"{folder.rstrip('/')}/", TRACKING_FOLDER):
        raise refuse(folder, f"{TRACKING_FOLDER} of the models bucket belongs to MLflow; choose another folder")
    return folder
