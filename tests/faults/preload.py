"""Imports that every worker process needs; done once in the process that they are forked from."""

import pipelines  # first: how memory is taken must be settled before Arrow is imported

# isort: split
import great_expectations
import pyarrow.parquet
import pyiceberg.catalog.sql
import pyiceberg.io.pyarrow

import pipelines.landing
import pipelines.pull
import pipelines.run
import pipelines.transforming
import tests.faults.worker

__all__ = ["great_expectations", "pipelines", "pyarrow", "pyiceberg", "tests"]
