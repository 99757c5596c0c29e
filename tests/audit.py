"""Known holes in what the lock installs: `python tests/audit.py [--lock FILE] [pip-audit's options]`, or `make audit`.

Asks PyPI's database, and OSV's where that cannot tell. Exit status 0: nothing is known. 1: something is, and is listed.
3: not verified, and why: a service that cannot be reached, or does not know a package, has found nothing clean.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SERVICES = (["-s", "pypi"], ["-s", "osv"])
CLEAN, FOUND, UNVERIFIED = 0, 1, 3


def asked(lock: Path, options: list[str]) -> tuple[int, str]:
    """The outcome and what to say of it. Strict: a package that was skipped is not verified; but what was found in
    others is told first."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--progress-spinner", "off", "-f", "json"]
    done = subprocess.run([*command, *options, "-r", str(lock)], capture_output=True, text=True, check=False)
    try:
        rows = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        lines = done.stderr.strip().splitlines() or [f"pip-audit ended with {done.returncode} and said nothing"]
        return UNVERIFIED, f"unverified ({' '.join(options)}): {lines[-1][:300]}"
    found = [(row["name"], row["version"], hole["id"]) for row in rows for hole in row.get("vulns", ())]
    skipped = [f"{row['name']}: {row['skip_reason']}" for row in rows if "skip_reason" in row]
    if found:
        return FOUND, "\n".join(f"{name} {version}: {hole}" for name, version, hole in found)
    if skipped or not rows:
        return UNVERIFIED, f"unverified ({' '.join(options)}): {len(skipped)} packages, such as {skipped[:1]}"
    return CLEAN, f"clean: nothing is known of {len(rows)} packages"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lock", type=Path, default=ROOT / "requirements.lock")
    given, options = parser.parse_known_args()
    outcome = UNVERIFIED
    for service in [options] if options else SERVICES:
        outcome, said = asked(given.lock, service)
        print(said)
        if outcome != UNVERIFIED:
            break
    return outcome


if __name__ == "__main__":
    sys.exit(main())
