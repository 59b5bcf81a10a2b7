"""`python -m infra up | down | status | logs | doctor`: the stack's commands alone, as the supervisor's tests start them."""

import sys

import typer

from infra.commands import register
from pipelines.errors import LodestreamError

if __name__ == "__main__":
    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    register(app)
    try:
        app()
    except LodestreamError as error:
        sys.exit(str(error))
