"""The newsroom: articles, the pages they are printed on, and two feeds that list them."""

import csv
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from functools import cache
from html import escape
from importlib import resources
from string import Template

HERE = resources.files("infra.publishers")
EDITED = "en/port-of-saltmarsh"
EMPTY = "en/untitled-draft"
TWICE = "en/how-to-read-a-trade-figure"
IN_ATOM = 8
FRAME = {
    "en": ("We use cookies to count visits.", "Share this story: Mail | Feed | Print", "Read also", "News|Prices|About us",
           "Written for testing. Companies, figures and dealings may be invented."),
    "fr": ("Nous utilisons des cookies pour compter les visites.", "Partager : Courriel | Flux | Imprimer", "À lire aussi",
           "Actualités|Prix|Qui sommes-nous", "Textes écrits pour des essais. Sociétés, chiffres et accords peuvent être inventés."),
    "zh": ("本站使用Cookie统计访问量。", "分享：邮件 | 订阅 | 打印", "相关阅读", "新闻|价格|关于我们",
           "本站文章为测试而写，公司、数字和交易可能是虚构的。"),
}  # fmt: skip


@dataclass(frozen=True)
class Article:
    """One article. `title` is empty if it has none; `published` as the newsroom gives it, empty if it does not."""

    path: str
    language: str
    title: str
    paragraphs: tuple[str, ...]
    published: str
    charset: str

    @property
    def address(self) -> str:
        """Path of its page on the server."""
        return f"/newsroom/{self.path}.html"


@cache
def articles(edition: int, generated: int = 0) -> tuple[Article, ...]:
    """All articles, newest first; in the second edition one of them is corrected. `generated` more are made up by rule."""
    return tuple(_edition_of(article, edition) for article in _bundled()) + tuple(_made_up(generated))


@cache
def by_address(edition: int, generated: int = 0) -> dict[str, Article]:
    """The same articles by the path of their page."""
    return {article.address: article for article in articles(edition, generated)}


@cache
def _bundled() -> tuple[Article, ...]:
    table = csv.DictReader((HERE / "articles.csv").read_text(encoding="utf-8").splitlines())
    return tuple(_article(row["path"], row["language"], _text(row["text"]), row["published"], row["charset"]) for row in table)


def _text(name: str) -> str:
    return (HERE / "texts" / f"{name}.txt").read_text(encoding="utf-8")


def _article(path: str, language: str, text: str, published: str, charset: str) -> Article:
    """A text whose second line is blank has its title in the first."""
    lines = text.strip().split("\n")
    title, body = (lines[0], lines[2:]) if len(lines) > 1 and not lines[1].strip() else ("", lines)
    return Article(path, language, title, tuple(line for line in body if line.strip()), published, charset)


def _edition_of(article: Article, edition: int) -> Article:
    if article.path != EDITED or edition < 2:
        return article
    corrected = _article(article.path, article.language, _text("en-06.v2"), article.published, article.charset)
    return replace(corrected, title=article.title)


def _made_up(count: int) -> Iterator[Article]:
    """Articles by rule, for long runs: all different, none true."""
    for number in range(1, count + 1):
        chance = random.Random(number)  # noqa: S311 -- repeatable, not secret
        place = f"{chance.choice(('Alder', 'Birch', 'Cedar', 'Hazel', 'Rowan'))} {chance.choice(('Creek', 'Hill', 'Bay', 'Ridge'))}"
        material = chance.choice(("neodymium oxide", "dysprosium oxide", "lanthanum carbonate", "terbium metal"))
        tonnes, price = chance.randint(10, 9000), chance.randint(2, 900)
        yield Article(
            f"en/generated-{number:06d}", "en", f"{place} plant ships {tonnes} tonnes of {material}",
            (f"The {place} plant, made up by rule number {number}, shipped {tonnes} tonnes of {material} last month.",
             f"The cargo was sold at {price} dollars per kilogram, the operator said. It plans to ship {tonnes // 2} tonnes next month.",
             f"Stocks at the plant stand at {chance.randint(5, 500)} tonnes, and no accident was reported."),
            "", "utf-8",
        )  # fmt: skip


def page(article: Article) -> bytes:
    """The article's page in its frame, encoded as the article says."""
    cookie, share, related, sections, imprint = FRAME[article.language]
    published = escape(article.published)
    others = [other for other in _bundled() if other.language == article.language and other.title and other.path != article.path][:3]
    html = Template((HERE / "page.html").read_text(encoding="utf-8")).substitute(
        language=article.language,
        charset=article.charset,
        head_title=escape(f"{article.title} – Lodestream newsroom" if article.title else "Lodestream newsroom"),
        meta=f'<meta property="article:published_time" content="{published}">\n' if published else "",
        cookie=cookie,
        navigation="".join(f'<li><a href="/newsroom/">{section}</a></li>' for section in sections.split("|")),
        heading=f"<h1>{escape(article.title)}</h1>\n" if article.title else "",
        time=f'<p><time datetime="{published}">{published[:10]}</time></p>' if published else "",
        paragraphs="\n".join(f"<p>{escape(line, quote=False)}</p>" for line in article.paragraphs),
        share=share,
        related=related,
        links="".join(f'<li><a href="{other.address}">{escape(other.title)}</a></li>' for other in others),
        imprint=imprint,
    )
    return html.encode(article.charset, "xmlcharrefreplace")


def rss(origin: str, listed: Sequence[Article]) -> bytes:
    """RSS 2.0 of all articles and of the empty page; `origin` is the scheme and host that the server was called by."""
    items = [_rss_item(origin, a.address, a.title, a.language, a.published) for a in listed]
    items.insert(3, _rss_item(origin, f"/newsroom/{EMPTY}.html", "Untitled draft", "en", ""))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>Lodestream newsroom</title><link>{origin}/newsroom/</link><description>Texts written for testing</description>"
        + "".join(items)
        + "</channel></rss>\n"
    ).encode()


def _rss_item(origin: str, address: str, title: str, language: str, published: str) -> str:
    # RSS dates have a time of day; a bare day goes into Dublin Core's date, which may be one.
    date = ""
    if "T" in published:
        date = f"<pubDate>{format_datetime(datetime.fromisoformat(published))}</pubDate>"
    elif published:
        date = f"<dc:date>{published}</dc:date>"
    heading = f"<title>{escape(title)}</title>" if title else ""
    return (
        f"<item>{heading}<link>{origin}{address}</link><guid>{origin}{address}</guid><dc:language>{language}</dc:language>{date}</item>\n"
    )


def atom(origin: str, listed: Sequence[Article]) -> bytes:
    """Atom 1.0 of the first articles, and of one more by an address with tracking parameters: the same page twice."""
    tracked = "?utm_source=atom&utm_medium=feed"
    entries = [_atom_entry(origin, a.address, a) for a in listed[:IN_ATOM]]
    entries += [_atom_entry(origin, a.address + tracked, a) for a in listed if a.path == TWICE]
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><title>Lodestream newsroom</title>'
        f"<id>{origin}/newsroom/</id><updated>2026-09-15T07:40:00Z</updated>" + "".join(entries) + "</feed>\n"
    ).encode()


def _atom_entry(origin: str, address: str, article: Article) -> str:
    published = f"<published>{article.published}</published>" if article.published else ""
    return (
        f'<entry xml:lang="{article.language}"><title>{escape(article.title)}</title><link href="{origin}{escape(address)}"/>'
        f"<id>{origin}{escape(address)}</id>{published}</entry>\n"
    )
