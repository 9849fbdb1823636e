"""Rules between the parameters of one operation that need neither its table nor its expressions.

``writes``         what PutItem and DeleteItem can return
``reads``          Select, segments, attributes to get
``batches``        how many, and no key twice
``transactions``   one action an entry, no item twice

Each function raises a ValidationException, and takes parameters that have passed ``check_request``. Those of the
operations on tables stand with these operations.
"""
