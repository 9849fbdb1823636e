"""The asynchronous faces of the client: the same names, awaited. Written by ``tools/async_faces.py``."""
