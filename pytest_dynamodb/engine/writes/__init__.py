"""Puts, updates, deletes and condition checks, once for single calls, batches and transactions.

A write goes three steps: read from its parameters (``Put.read`` and so on), which checks all that needs no table;
checked against its table (``check_against``), its keys above all; carried out (``outcome``: the item after it, given
the one before).
"""
