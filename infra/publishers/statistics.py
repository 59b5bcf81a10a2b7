"""The statistics service: monthly trade flows in the form of UN Comtrade's API, version 1. All figures are invented.

`getDa` says what there is, `get` gives the rows by page. `count` is the number of rows of all pages. One row has a value that
cannot be, one stands there twice, and in the second edition one is revised.
"""

import csv
import json
import random
import zlib
from functools import cache
from importlib import resources
from typing import Any

PERIODS = tuple(f"2025{month:02d}" for month in range(1, 13))
LARGEST_PAGE = 250
# UN M49 codes as Comtrade uses them.
COUNTRIES = {
    36: ("AUS", "Australia"), 156: ("CHN", "China"), 233: ("EST", "Estonia"), 251: ("FRA", "France"), 276: ("DEU", "Germany"),
    392: ("JPN", "Japan"), 410: ("KOR", "Rep. of Korea"), 458: ("MYS", "Malaysia"), 699: ("IND", "India"), 704: ("VNM", "Viet Nam"),
    842: ("USA", "USA"),
}  # fmt: skip
# Heading: US dollars per kilogram. Invented, in the order of magnitude of such goods.
PRICES = {"253090": 2.1, "261220": 4.6, "280530": 46.0, "284610": 3.4, "284690": 19.0, "720299": 8.2, "811292": 240.0, "850511": 43.0}
# Reporter, flow, partner, and heading: tonnes a month. Invented.
SERIES: tuple[tuple[int, str, int, dict[str, float]], ...] = (
    (156, "X", 842, {"280530": 22, "284690": 480, "284610": 610, "850511": 620, "720299": 90}),
    (156, "X", 392, {"280530": 310, "284690": 720, "284610": 540, "850511": 390, "811292": 4}),
    (156, "X", 276, {"280530": 14, "284690": 160, "850511": 880}),
    (156, "X", 410, {"280530": 41, "284690": 130, "850511": 540}),
    (156, "X", 251, {"284690": 70, "850511": 95}),
    (156, "M", 458, {"284690": 1100, "284610": 240}),
    (156, "M", 842, {"253090": 3900, "261220": 310}),
    (156, "M", 36, {"253090": 2600, "261220": 900}),
    (842, "M", 156, {"280530": 21, "284690": 470, "284610": 600, "850511": 610, "720299": 88}),
    (842, "M", 233, {"284690": 25, "280530": 6}),
    (842, "M", 392, {"850511": 70, "284690": 33}),
    (842, "X", 156, {"253090": 3950, "261220": 320}),
    (392, "M", 156, {"280530": 305, "284690": 715, "850511": 380}),
    (392, "M", 704, {"280530": 120, "284690": 60, "850511": 45}),
    (392, "X", 842, {"850511": 72}),
    (458, "X", 156, {"284690": 1120, "284610": 245}),
    (36, "X", 458, {"253090": 1900, "284690": 310}),
    (36, "X", 156, {"253090": 2650, "261220": 910}),
    (276, "M", 156, {"280530": 15, "284690": 155, "850511": 870}),
    (699, "X", 392, {"261220": 40}),
)
BROKEN = ("202507", 842, 156, "M", "850511")
TWICE = ("202503", 156, 392, "X", "280530")
REVISED = ("202512", 842, 156, "M", "284690")
Row = dict[str, Any]


def rows(edition: int) -> list[Row]:
    """All rows in the order of period and series; one is revised in the second edition."""
    return _rows(min(edition, 2))


@cache
def _rows(edition: int) -> list[Row]:
    found = []
    for period in PERIODS:
        for reporter, flow, partner, headings in SERIES:
            for heading, tonnes in headings.items():
                row = _row(period, reporter, partner, flow, heading, tonnes)
                key = (period, reporter, partner, flow, heading)
                if key == BROKEN:
                    row["primaryValue"] = -row["primaryValue"]
                if key == REVISED and edition >= 2:
                    row |= _priced(flow, round(row["netWgt"] * 1.06), row["primaryValue"] * 1.08)
                found += [row, dict(row)] if key == TWICE else [row]
    return found


def _row(period: str, reporter: int, partner: int, flow: str, heading: str, tonnes: float) -> Row:  # noqa: PLR0913, PLR0917 -- a row's key
    chance = random.Random(f"{period}{reporter}{partner}{flow}{heading}")  # noqa: S311 -- repeatable, not secret
    kilograms = round(tonnes * 1000 * chance.uniform(0.75, 1.25))
    # An importer counts freight and insurance in.
    value = kilograms * PRICES[heading] * chance.uniform(0.92, 1.08) * (1.05 if flow == "M" else 1.0)
    return {
        "typeCode": "C", "freqCode": "M", "refPeriodId": int(period + "01"), "refYear": int(period[:4]), "refMonth": int(period[4:]),
        "period": period, "reporterCode": reporter, "reporterISO": COUNTRIES[reporter][0], "reporterDesc": COUNTRIES[reporter][1],
        "flowCode": flow, "flowDesc": {"X": "Export", "M": "Import"}[flow], "partnerCode": partner,
        "partnerISO": COUNTRIES[partner][0], "partnerDesc": COUNTRIES[partner][1], "partner2Code": 0, "classificationCode": "H6",
        "cmdCode": heading, "cmdDesc": _descriptions()[heading], "customsCode": "C00", "motCode": 0, "qtyUnitCode": 8,
        "qtyUnitAbbr": "kg", "isNetWgtEstimated": False,
    } | _priced(flow, kilograms, value)  # fmt: skip


def _priced(flow: str, kilograms: int, value: float) -> Row:
    value = round(value, 2)
    by_flow = {"cifvalue": value, "fobvalue": None} if flow == "M" else {"cifvalue": None, "fobvalue": value}
    return {"qty": kilograms, "netWgt": kilograms, **by_flow, "primaryValue": value}


@cache
def _descriptions() -> dict[str, str]:
    text = (resources.files("pipelines.reference") / "hs_codes.csv").read_text(encoding="utf-8")
    return {row["code"]: row["description"] for row in csv.DictReader(text.splitlines())}


def availability(edition: int) -> Row:
    """The answer of `getDa`: per period and reporter the number of rows and a checksum."""
    datasets: dict[tuple[str, int], list[Row]] = {}
    for row in rows(edition):
        datasets.setdefault((row["period"], row["reporterCode"]), []).append(row)
    return {
        "count": len(datasets),
        "data": [
            {
                "typeCode": "C", "freqCode": "M", "classificationCode": "H6", "period": int(period), "reporterCode": reporter,
                "reporterISO": COUNTRIES[reporter][0], "totalRecords": len(part),
                "datasetChecksum": zlib.crc32(json.dumps(part).encode()),
            }
            for (period, reporter), part in datasets.items()
        ],
    }  # fmt: skip


def answer(edition: int, query: dict[str, str]) -> tuple[Row, bool]:
    """A page of the rows that the query asks for, and whether the row that is revised is on it; raises ValueError."""
    wanted = [row for row in rows(edition) if all(str(row[name]) in query[name].split(",") for name in FILTERS if name in query)]
    size = min(int(query.get("maxRecords", LARGEST_PAGE)), LARGEST_PAGE)
    number = int(query.get("page", 1))
    if size < 1 or number < 1:
        raise ValueError("page and maxRecords start at 1")
    part = wanted[(number - 1) * size : number * size]
    revised = any(tuple(row[name] for name in KEY) == REVISED for row in part)
    return {"elapsedTime": "0.01 secs", "count": len(wanted), "page": number, "data": part, "error": ""}, revised


KEY = ("period", "reporterCode", "partnerCode", "flowCode", "cmdCode")
FILTERS = KEY
