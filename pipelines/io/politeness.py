"""What a host asks of its visitors: robots.txt, and the time between two requests."""

import time
from collections.abc import Callable

from protego import Protego

from pipelines.io.guarded import Refused, Target

# A host that wants longer pauses is asked less often, by the source's schedule, not by a process that sleeps.
LONGEST_PAUSE = 120.0


class Pace:
    """Keeps the requests to one host apart; times are seconds of a monotonic clock."""

    def __init__(self, seconds: float, *, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep) -> None:
        self._seconds = seconds
        self._clock = clock
        self._sleep = sleep
        self._last: dict[str, float] = {}
        self._asked: dict[str, float] = {}

    def slow_down(self, target: Target, seconds: float) -> None:
        """Wait at least this long between requests to the target's host from now on; raises Refused (`crawl_delay`)."""
        if seconds > LONGEST_PAUSE:
            raise Refused(
                "crawl_delay", target.url, f"robots.txt asks for {seconds:g} s between requests, more than {LONGEST_PAUSE:g} s",
                "pull this source less often and in smaller parts, or agree on another pace with its publisher",
            )  # fmt: skip
        self._asked[target.origin] = seconds

    def wait(self, target: Target) -> None:
        """Sleep until the host may be asked again."""
        pause = max(self._seconds, self._asked.get(target.origin, 0.0))
        last = self._last.get(target.origin)
        if last is not None and (rest := last + pause - self._clock()) > 0:
            self._sleep(rest)
        self._last[target.origin] = self._clock()


class Robots:
    """The rules of each host, read once through `fetch`, which gives the text of a robots.txt ("" where there is none)."""

    def __init__(self, agent: str, fetch: Callable[[str], str], pace: Pace) -> None:
        # Rules are addressed to the product's name, not to its version or contact.
        self._agent = agent.split("/", 1)[0]
        self._fetch = fetch
        self._pace = pace
        self._rules: dict[str, Protego] = {}

    def check(self, target: Target) -> None:
        """Raises Refused (`robots`) if the host does not want this path fetched; sets the host's pace."""
        place = f"{target.scheme}://{target.origin}"
        rules = self._rules.get(place)
        if rules is None:
            rules = self._rules[place] = Protego.parse(self._fetch(f"{place}/robots.txt"))
        delay = rules.crawl_delay(self._agent)
        if delay is not None:
            self._pace.slow_down(target, float(delay))
        if not rules.can_fetch(target.url, self._agent):
            raise Refused("robots", target.url, "robots.txt asks not to fetch it", "leave it out, or ask the publisher")
