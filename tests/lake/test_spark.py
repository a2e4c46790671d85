"""Another engine on the lake's files: what Spark reads is what DuckDB says, and nothing is copied for it."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from cin7_pipeline.lake.publish import publish_to_lake
from tests.lake import lakes
from tests.lake.lakes import Lake
from tests.postgresql import MISSING, PROGRAMS, open_postgresql
from tests.sample_shop import open_shop, sync

HAS_SPARK = bool(list(lakes.PYTHON.parents[1].glob("lib/*/site-packages/pyspark")))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(PROGRAMS is None, reason=MISSING),
    pytest.mark.skipif(not lakes.PYTHON.exists(), reason=lakes.MISSING),
    pytest.mark.skipif(not shutil.which("java"), reason="Java is not installed"),
    pytest.mark.skipif(not HAS_SPARK, reason="pyspark is not installed in .venv-lake"),
]
# Counts the rows of each table's files, and sums up what was sold.
READ = """
import json, sys
from pyspark.sql import SparkSession
session = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
session.sparkContext.setLogLevel("ERROR")
files = json.loads(sys.argv[1])
frames = {table: session.read.parquet(*paths) for table, paths in files.items()}
counts = {table: frame.count() for table, frame in frames.items()}
frames["sales_lines"].createOrReplaceTempView("sales_lines")
[sums] = session.sql("select sum(quantity), sum(net_amount) from sales_lines").collect()
print(json.dumps([counts, [str(value) for value in sums]]))
"""


def test_spark_reads_the_registered_files_unchanged(tmp_path: Path) -> None:
    """Over the files that the catalog lists, Spark's counts and sums equal DuckDB's."""
    with open_postgresql() as socket, open_shop(tmp_path / "acme") as shop:
        sync(shop)
        lake = Lake(socket, str(tmp_path / "files"))
        assert publish_to_lake(lake.settings(shop.folder)).failures == {}
        names = "select table_name from duckdb_tables() where schema_name = 'acme' order by 1"
        tables = [name for (name,) in lake.ask(names)[0]]
        listed = lake.ask(
            *(
                f"select data_file from ducklake_list_files('lake', '{table}', schema => 'acme')"
                for table in tables
            )
        )
        files = {
            t: [path for (path,) in rows] for t, rows in zip(tables, listed, strict=True) if rows
        }
        counted = lake.ask(*(f"select count(*) from lake.acme.{table}" for table in files))
        [[sums]] = lake.ask(
            "select sum(quantity)::varchar, sum(net_amount)::varchar from lake.acme.sales_lines"
        )
    command = [lakes.PYTHON, "-c", READ, json.dumps(files)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    found = json.loads(done.stdout.splitlines()[-1])
    assert len(files) > 20
    assert found == [dict(zip(files, [n for [[n]] in counted], strict=True)), sums]
