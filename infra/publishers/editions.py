"""Which edition is served: the first, until it was seen; kept in a file, so that a restart does not begin again."""

import json
import threading
from pathlib import Path


class Editions:
    """Per publisher 1 or 2. The second comes out when a list is asked for after what will change was served in full."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "editions.json"
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        self._state: dict[str, dict[str, int]] = json.loads(self._file.read_text()) if self._file.exists() else {}

    def current(self, publisher: str) -> int:
        """The edition that is out."""
        return self._state.get(publisher, {}).get("edition", 1)

    def listed(self, publisher: str) -> int:
        """A list was asked for: the edition it is to show."""
        with self._lock:
            state = self._state.setdefault(publisher, {"edition": 1, "served": 0})
            if state["served"] and state["edition"] == 1:
                state["edition"] = 2
                self._keep()
            return state["edition"]

    def served(self, publisher: str) -> None:
        """What will change was served in full."""
        with self._lock:
            state = self._state.setdefault(publisher, {"edition": 1, "served": 0})
            if not state["served"]:
                state["served"] = 1
                self._keep()

    def _keep(self) -> None:
        """Write beside, then rename: a process that ends in between leaves the old state."""
        beside = self._file.with_suffix(".new")
        beside.write_text(json.dumps(self._state))
        beside.replace(self._file)
