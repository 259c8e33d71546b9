"""Features of each customer and day from raw payments, as Parquet files partitioned by day."""

import os

from pyspark.sql import SparkSession
from pyspark.sql import functions as f


def main() -> None:
    """Write the features of every day that the raw payments have."""
    spark = SparkSession.builder.appName("payment-features").getOrCreate()
    # A second run replaces the days that it reads, and no others.
    spark.conf.set("spark.sql.sources.partitionOverwriteMode", "dynamic")
    payments = spark.read.json(os.environ["MLPLATFORM_INPUT_RAW"])
    features = (
        payments.withColumn("day", f.to_date("at"))
        .groupBy("customer", "day")
        .agg(
            f.count("*").alias("payments"),
            f.sum("amount").alias("total"),
            f.max("amount").alias("largest"),
            f.max(f.col("fraud").cast("int")).alias("fraud"),
        )
    )
    features.repartition("day").write.mode("overwrite").partitionBy("day").parquet(os.environ["MLPLATFORM_OUTPUT"])
    spark.stop()


if __name__ == "__main__":
    main()
