"""Child processes: their calls are answered by whoever is in charge in the process that started them.

A forked child has a copy of everything, and what it did to its copy nobody would learn of: neither a recording, nor a
miss. A spawned one has nothing at all. So the children's providers are stand-ins that ask the parent, over a socket
that only this user can open and that asks for a key.
"""
