"""Exports, imports and bulk writes, as files in buckets that the engine is given.

``job``         an export or an import, and its description
``requests``    rules of ExportTableToPointInTime
``contents``    the lines of an export, filters, and a table made from an import
``files``       the files of exports and imports, as S3 has them
``bulk``        bulk puts into an existing table
``operations``  the operations
"""
