"""How high the right tickets stand in what was looked at: the measures of information retrieval, by `ir-measures`.

Reciprocal rank and Success at k; nDCG as Järvelin and Kekäläinen (2002), every right ticket counting one.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.evaluate.judging import DEEP, Row

NAMES = {"RR@10": "MRR@10", "Success@1": "Hit@1", "Success@5": "Hit@5", "Success@10": "Hit@10", "nDCG@10": "nDCG@10"}


def values(rows: Sequence[Row]) -> dict[str, list[float | None]]:
    """Every measure of every row, by its name; None for a row without right tickets."""
    asked = {str(place): row for place, row in enumerate(rows) if row.gold}
    found: dict[str, list[float | None]] = {name: [None] * len(rows) for name in NAMES.values()}
    if not asked:
        return found

    import ir_measures  # half a second, and only evaluation needs it

    right = {query: dict.fromkeys(row.gold, 1) for query, row in asked.items()}
    run = {
        query: {ticket: float(DEEP - place) for place, ticket in enumerate(row.ranked)} for query, row in asked.items()
    }
    for query in asked:
        for values_of in found.values():
            values_of[int(query)] = 0.0  # a question that found nothing stands in no run
    for metric in ir_measures.iter_calc([ir_measures.parse_measure(name) for name in NAMES], right, run):
        found[NAMES[str(metric.measure)]][int(metric.query_id)] = float(metric.value)
    return found
