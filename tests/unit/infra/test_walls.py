"""What the linter of imports cannot see: DAG files, which are no package."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
OURS = {"pipelines", "schemas", "infra", "dags", "tests"}
DAGS = sorted((ROOT / "dags").glob("*.py"))


@pytest.mark.parametrize("path", DAGS, ids=lambda path: path.stem)
def test_dag_files_import_pipelines_and_schemas_only(path: Path):
    nodes = list(ast.walk(ast.parse(path.read_text())))
    modules = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    modules += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    assert {module.split(".")[0] for module in modules} & OURS <= {"pipelines", "schemas"}
