"""What AWS checks before it does anything: the body's types, required members and limits, values, keys, other rules.

``requests``      types, required members and limits: ``check_request``
``values``        attribute values, checked and measured: ``checked_item``, ``checked_value`` and the like
``keys``          whether values make a key of a table or an index
``rules``         what holds between the parameters of one operation

Each of these says which error it raises; the order in which AWS applies them is that of ``docs/explanation/engine.md``.
"""
