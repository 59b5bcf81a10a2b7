"""`python -m infra.publishers --port 18090 --state FOLDER`: serve both publishers until SIGTERM or Ctrl-C."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from infra.publishers.editions import Editions
from infra.publishers.server import CRAWL_DELAY, Publishers


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0 after a signal, 1 if the port or the folder cannot be had."""
    parser = argparse.ArgumentParser(prog="python -m infra.publishers", description="the bundled newsroom and statistics service")
    parser.add_argument("--port", type=int, default=18090, help="port on 127.0.0.1; 0 takes a free one and prints it")
    parser.add_argument("--state", type=Path, required=True, help="folder that keeps which edition is out")
    parser.add_argument("--seed-pages", type=int, default=0, metavar="N", help="add N made-up pages to the newsroom")
    parser.add_argument("--crawl-delay", type=float, default=CRAWL_DELAY, metavar="SECONDS", help="pause that robots.txt asks for")
    options = parser.parse_args(arguments)
    try:
        server = Publishers(options.port, Editions(options.state), options.seed_pages, options.crawl_delay)
    except (OSError, ValueError) as error:
        print(f"publishers: cannot start on port {options.port} with {options.state}: {error}", file=sys.stderr)
        return 1
    # shutdown() waits for serve_forever(), so the handler must not call it in the same thread.
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"publishers: http://127.0.0.1:{server.server_port}", flush=True)
    with server:
        server.serve_forever(poll_interval=0.2)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
