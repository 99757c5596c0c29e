"""A file becomes tickets, texts kept as they stand: Markdown in any layout, JSON lines, CSV.

`layouts` is the table to extend when sections get new names. Knows nothing of privacy or mending.
"""
