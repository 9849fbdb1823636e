"""PartiQL for DynamoDB: statements become the expression trees, reads and writes of the other operations.

===============  ====================================================================================
``parser``       reserved words, a statement's tokens, and the cursor that walks through them
``grammar``      the productions of paths, expressions and statements: ``parse``
``syntax``       what they produce: frozen trees, without parameters
``request``      a request's statement with its parameters, checked as far as possible without its table
``values``       literals and parameters as attribute values
``trees``        WHERE as a condition, SET and REMOVE as an update
``plan``         what a WHERE says about keys; ``readplan``: the reads that follow from it
``select``       a SELECT: its columns, its pages and NextToken
``write``        INSERT, UPDATE, DELETE and EXISTS as writes
``operations``   ExecuteStatement, BatchExecuteStatement, ExecuteTransaction
``messages``     every error message, with its source
===============  ====================================================================================
"""
