"""The data's way: pull, validate, enrich, land."""

from pipelines.memory import bound

bound()  # before Arrow is imported, in whatever process the way is worked: a worker, a task of a DAG, a test
