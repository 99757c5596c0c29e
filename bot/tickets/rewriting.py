"""A ticket file as it stands, with placeholders in place of private values and an id under each title.

The layout, every line break and every other word are kept. Idempotent. Knows nothing of search.
"""

from __future__ import annotations

from dataclasses import replace

from bot.records import KnowledgeError
from bot.tickets.intake import identified
from bot.tickets.reader import ID_COMMENT, read_markdown
from bot.tickets.redaction import Finding, Redactor, Scope


def rewrite(text: str, redactor: Redactor, file: str = "") -> tuple[str, list[Finding]]:
    """The redacted file and the findings, one scope of placeholders a ticket.

    Text without a ticket is redacted as one piece. Raises KnowledgeError when it is empty.
    """
    if not text.strip():
        raise KnowledgeError(f"{file or 'The file'}: nothing to redact, it is empty.")
    tickets = read_markdown(text, file).tickets
    lines = text.split("\n")
    starts = [ticket.source.line - 1 for ticket in tickets]
    clean = [redactor.ticket(replace(ticket, turns=ticket.turns))[0] for ticket in tickets]
    ids = {start: ticket.id for start, ticket in zip(starts, identified(clean), strict=True)}
    pieces, findings = [], []
    for start, end in zip([0, *starts], [*starts, len(lines)], strict=True):
        if start == end:
            continue
        block = "\n".join(lines[start:end])
        redacted, found = redactor.redact(block, Scope())
        findings += [replace(finding, line=finding.line + start) for finding in found]
        rows = redacted.split("\n")
        if start in ids and not any(ID_COMMENT.match(row.strip()) for row in rows):
            rows.insert(1, f"<!-- ticket: {ids[start]} -->")
        pieces.append("\n".join(rows))
    return "\n".join(pieces), findings
