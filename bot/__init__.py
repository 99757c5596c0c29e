"""A support desk that answers from past tickets."""
