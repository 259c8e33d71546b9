"""A model of payments, written as the file that MLServer loads."""

import os
import tempfile
from pathlib import Path

import joblib
import pyarrow.dataset
import pyarrow.fs
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

COLUMNS = ["payments", "total", "largest"]


def main() -> None:
    """Fit the model and write it to the run's folder."""
    label = os.environ["LABEL"]
    files, folder = pyarrow.fs.FileSystem.from_uri(os.environ["MLPLATFORM_INPUT_FEATURES"])
    table = pyarrow.dataset.dataset(folder, filesystem=files, partitioning="hive").to_table([*COLUMNS, label])
    values = [table[column].to_numpy() for column in COLUMNS]
    rows = list(zip(*values, strict=True))
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(rows, table[label].to_numpy())
    print(f"{len(rows)} rows, accuracy {model.score(rows, table[label].to_numpy()):.3f}")
    files, folder = pyarrow.fs.FileSystem.from_uri(os.environ["MLPLATFORM_OUTPUT"])
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "model.joblib"
        joblib.dump(model, path)
        files.create_dir(folder, recursive=True)
        with files.open_output_stream(f"{folder.rstrip('/')}/model.joblib") as stream:
            stream.write(path.read_bytes())


if __name__ == "__main__":
    main()
