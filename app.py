"""Settings, wire, launch: starts the support desk's web application."""

from __future__ import annotations

import sys

from bot import launch, settings, wire
from bot.__main__ import guarded
from bot.__main__ import main as command
from bot.serve import journal


def main() -> int:
    """Builds the index if there is none, then serves until interrupted."""
    if status := command(["ingest", "--if-missing"]):
        return status
    loaded = settings.load()
    journal.set_up(loaded.log_level, loaded.log_format)
    launch.launch(lambda: wire.app(loaded), loaded)
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))
