"""Resource policies of tables and streams, as AWS writes them down; nobody is denied anything here.

``documents``   rules of a policy, and the form in which AWS tells it
``policy``      a policy and its revision, on a table or a stream
"""
