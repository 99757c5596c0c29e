"""Something true is said: follow-up, gate, evidence, writers, grounding, in one straight line.

Knows nothing of pages, protocols or what is remembered: history comes in as an argument.
"""
