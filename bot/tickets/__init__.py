"""A file becomes knowledge: reader, mending, redaction, statements, clusters, passages.

Knows nothing of how knowledge is stored, searched or said.
"""
