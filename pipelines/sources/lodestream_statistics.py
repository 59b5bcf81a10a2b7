"""The bundled statistics service: monthly trade flows in the form of UN Comtrade's API. All figures are invented."""

from pipelines.sources.paged_json import PagedJson
from pipelines.sources.source import Source

SOURCE = Source(
    name="lodestream_statistics",
    record="trade_flow",
    publisher="Lodestream statistics",
    licence="full_text",
    licence_note="Invented for this project and under its licence; no customs office published these figures.",
    schedule="30 6 * * *",
    pause_seconds=0.1,
    expected=(100, 500_000),
    url=lambda settings: settings.publisher_url + "/statistics/",
    connector=PagedJson("C/M/HS", id_fields=("period", "reporterCode", "partnerCode", "flowCode", "cmdCode")),
    is_local=True,
)
