"""Knowledge is found: embeddings, lexical, store, build, retriever.

Knows nothing of how tickets are read nor of what is said about them.
"""
