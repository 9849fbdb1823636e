"""Recordings of other tools as exchanges, and exchanges as recordings, scripts and seeds of other tools.

Pure: texts and documents in, exchanges and texts out. Files are for whoever calls.
"""
