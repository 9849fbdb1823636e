"""Exports and imports of whole tables, as files in buckets that the engine is given.

``job``        an export or an import, and how it is described
``requests``   rules of ExportTableToPointInTime
``contents``   the lines of an export: all items, or what has changed
``filters``    the part of a table that is asked for
``objects``    the files of an export, as S3 has them
``sources``    the items in the files of an import
``arrival``    a table from an import
``bulk``       bulk puts into a table that there is
"""
