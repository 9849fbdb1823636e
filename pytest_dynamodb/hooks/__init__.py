"""The only room that knows botocore: its events become calls of a ``Provider``, for boto3 and aiobotocore alike."""
