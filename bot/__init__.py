"""A support desk that answers from past tickets."""

# Set by `make release` alone; 0.0.0 until the first one.
__version__ = "0.0.0"
