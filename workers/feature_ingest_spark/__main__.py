"""Starts the job: its settings as JSON, and the minutes after which it ends by itself."""

import argparse
import logging
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, cast

from workers.feature_ingest.settings import SettingsError
from workers.feature_ingest_spark.job import Job, follow
from workers.feature_ingest_spark.settings import settings_of


def main(arguments: Sequence[str] | None = None) -> int:
    """Work until EMR ends the job. Returns the exit code: 2 for wrong settings."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # It logs each call between Python and Java.
    logging.getLogger("py4j").setLevel(logging.WARNING)
    parser = argparse.ArgumentParser(prog="feature_ingest_spark")
    parser.add_argument("settings", help="the settings, as JSON")
    parser.add_argument("--minutes", type=float, help="end after so many minutes")
    options = parser.parse_args(arguments)
    try:
        settings = settings_of(options.settings)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    session: Any = cast(Any, import_module("pyspark.sql")).SparkSession
    spark = session.builder.appName(settings.name).getOrCreate()
    follow(spark, settings)
    Job(spark, settings).run(options.minutes and options.minutes * 60)
    return 0


if __name__ == "__main__":
    sys.exit(main())
