"""Language knowledge: the data files of `languages/`, one folder per language, read once."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def knowledge(language: str, name: str) -> dict[str, Any]:
    """The table `languages/<language>/<name>.toml`. Raises FileNotFoundError for a language that has none."""
    path = files(__package__).joinpath("languages", language, f"{name}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))
