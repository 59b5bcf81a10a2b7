"""Lines that promote, share or navigate are told from the lines of a text as a class, in three languages."""

import tomllib
from pathlib import Path

import pytest

from pipelines.enrich.invitations import invites
from pipelines.enrich.text import Clean, clean

LINES = tomllib.loads(Path(__file__).with_name("page_lines.toml").read_text(encoding="utf-8"))
SHORT = {"en": "It opened in May.", "fr": "Elle a ouvert en mai.", "zh": "五月投产。"}


@pytest.mark.parametrize(("language", "line"), [(language, line) for language, kinds in LINES.items() for line in kinds["gone"]])
def test_what_promotes_shares_or_navigates_goes(language: str, line: str) -> None:
    before, after = SHORT[language], SHORT[language]
    assert clean(f"{before}\n{line}\n{after}") == Clean(f"{before}\n{after}", (line,))


@pytest.mark.parametrize("line", [line for kinds in LINES.values() for line in kinds["stays"]])
def test_what_belongs_to_the_text_stays(line: str) -> None:
    assert clean(line) == Clean(line, ())


def test_a_row_of_sections_above_a_table_is_its_head() -> None:
    table = "Contact | Jobs | Region\nMine | 40 | North"
    assert clean(table).text == table
    assert clean("Contact | Jobs | Region").removed_lines == ("Contact | Jobs | Region",)


def test_a_long_line_never_invites() -> None:
    assert not invites("Subscribe to our newsletter " * 20)
