"""Ready-to-paste queries that read the result with other tools, without our code."""

from pipelines.settings import Settings

DUCKDB = """\
import duckdb, json, s3fs
fs = s3fs.S3FileSystem({s3fs})
duckdb.register_filesystem(fs)
latest = json.loads(fs.cat("{bucket}/exports/documents/latest.json"))
files = ["s3://{bucket}/" + f["key"] for f in latest["files"]]
print(duckdb.sql("SELECT language, count(*) AS documents FROM read_parquet($files) GROUP BY ALL ORDER BY ALL", params={{"files": files}}))
"""
POLARS = """\
import json, polars as pl, s3fs
fs = s3fs.S3FileSystem({s3fs})
latest = json.loads(fs.cat("{bucket}/exports/trade_flows/latest.json"))
flows = pl.scan_iceberg(latest["metadata_location"], storage_options={options})
print(flows.group_by("hs_code").agg(pl.col("net_mass_kg").sum()).sort("hs_code").collect())
"""
PANDAS = """\
import json, pandas as pd, s3fs
fs = s3fs.S3FileSystem({s3fs})
latest = json.loads(fs.cat("{bucket}/exports/events/latest.json"))
events = pd.concat(pd.read_parquet("s3://{bucket}/" + f["key"], filesystem=fs) for f in latest["files"])
print(events.groupby(["type", "factuality"]).size())
"""


def snippets(settings: Settings) -> dict[str, str]:
    """Tool → a Python program that reads a table with it; needs nothing but the tool and s3fs."""
    secret = settings.s3_secret_key.get_secret_value()
    s3 = f'key="{settings.s3_access_key}", secret="{secret}", endpoint_url="{settings.store_endpoint}"'
    options = {
        "s3.endpoint": settings.store_endpoint,
        "s3.access-key-id": settings.s3_access_key,
        "s3.secret-access-key": secret,
        "s3.region": settings.s3_region,
    }
    filled = {"DuckDB": DUCKDB, "Polars": POLARS, "pandas": PANDAS}
    return {tool: text.format(bucket=settings.bucket, s3fs=s3, options=options) for tool, text in filled.items()}
