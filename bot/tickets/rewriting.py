"""A ticket file as it stands, with placeholders in place of private values and an id under each title.

The layout, every line break and every other word are kept. Idempotent. Knows nothing of search.
"""

from __future__ import annotations

import io
import re
from dataclasses import replace

from bot.errors import KnowledgeError
from bot.tickets.intake import identified
from bot.tickets.privacy.redaction import Finding, Redactor, Scope
from bot.tickets.reading.reader import read_markdown

_LINE = re.compile(r"[^\r\n]*(\r\n|\r|\n)")


def rewrite(text: str, redactor: Redactor, file: str = "") -> tuple[str, list[Finding]]:
    """The redacted file and the findings, one scope of placeholders a ticket.

    Text without a ticket is redacted as one piece. Raises KnowledgeError when it is empty.
    """
    if not text.strip():
        raise KnowledgeError(f"{file or 'The file'}: nothing to redact, it is empty.")
    tickets = read_markdown(text, file).tickets
    lines = list(io.StringIO(text, newline=""))  # cut at \\n, \\r\\n and \\r as the reader does, ends kept
    starts = [ticket.source.line - 1 for ticket in tickets]
    clean = [redactor.ticket(ticket)[0] for ticket in tickets]
    ids = {start: new.id for start, old, new in zip(starts, tickets, identified(clean), strict=True) if not old.id}
    pieces, findings = [], []
    for start, end in zip([0, *starts], [*starts, len(lines)], strict=True):
        if start == end:
            continue
        block = "".join(lines[start:end])
        redacted, found = redactor.redact(block, Scope())
        findings += [replace(finding, line=finding.line + start) for finding in found]
        if start in ids and (title := _LINE.match(redacted)):
            redacted = f"{title.group()}<!-- ticket: {ids[start]} -->{title.group(1)}{redacted[title.end() :]}"
        pieces.append(redacted)
    return "".join(pieces), findings
