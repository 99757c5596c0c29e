"""Other people's values become typed placeholders, before anything is embedded, logged or shown.

`redaction` is the way in, `recognisers` the list of what is looked for, `hosts` whose a host is.
"""
