"""Upkeep of cassettes: reading, comparing, merging, reviewing, editing and clearing away.

Functions of values and files; what a person sees and types of it is the command's.
"""
