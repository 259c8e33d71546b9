"""What EMR Serverless starts. The job itself is in the archive that Spark unpacks, so that both have one version."""

import runpy

if __name__ == "__main__":
    runpy.run_module("workers.feature_ingest_spark", run_name="__main__", alter_sys=True)
