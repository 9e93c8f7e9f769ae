"""Run the sandbox until it is interrupted: python -m sandbox."""

import argparse
import signal
from threading import Event
from types import FrameType

from sandbox.server import CONTROL, PLACE2BOOK, Sandbox


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--place2book-port", type=int, default=0)
    parser.add_argument("--cms-port", action="append", default=[], metavar="LIBRARY=PORT")
    parser.add_argument("--yesplan-port", action="append", default=[], metavar="VENUE=PORT")
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument(
        "--public-url",
        action="append",
        default=[],
        metavar="SERVER=URL",
        help="the address in links, e.g. place2book=http://localhost:8100 or cms:solbjerg=http://localhost:8101",
    )
    return parser.parse_args()


def _sandbox(given: argparse.Namespace) -> Sandbox:
    cms = dict(_pair(text) for text in given.cms_port)
    ports = {PLACE2BOOK: given.place2book_port, CONTROL: given.control_port}
    ports |= {f"cms:{library_id}": int(port) for library_id, port in cms.items()}
    ports |= {f"yesplan:{venue_id}": int(port) for venue_id, port in map(_pair, given.yesplan_port)}
    return Sandbox(host=given.host, ports=ports, public_urls=dict(_pair(text) for text in given.public_url))


def _pair(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator:
        raise SystemExit(f"expected NAME=VALUE, not {text}")
    return name, value


def main() -> None:
    """Start all servers, print where they are, and wait for SIGINT or SIGTERM."""
    finished = Event()

    def finish(_number: int, _frame: FrameType | None) -> None:
        finished.set()

    signal.signal(signal.SIGINT, finish)
    signal.signal(signal.SIGTERM, finish)
    with _sandbox(_arguments()) as sandbox:
        print(f"{PLACE2BOOK}\t{sandbox.place2book_url}")
        for library_id, url in sandbox.cms_urls.items():
            print(f"cms:{library_id}\t{url}")
        for venue_id, url in sandbox.yesplan_urls.items():
            print(f"yesplan:{venue_id}\t{url}")
        print(f"{CONTROL}\t{sandbox.control_url}", flush=True)
        finished.wait()


if __name__ == "__main__":
    main()
