"""Recordings as one page of HTML that needs nothing else: a timeline, requests and answers, tables as they were seen.

``recordings`` says what is shown of cassettes, ``effects`` what exchanges did to items, ``comparison`` where two
recordings differ, ``run`` what a run of tests asked, ``page`` makes the HTML of it. Nothing here reads a cassette or
writes a file.
"""

from __future__ import annotations

from pytest_dynamodb.view.page import page
from pytest_dynamodb.view.recordings import ShownRecording, exchange_data, recordings_data

__all__ = ["ShownRecording", "exchange_data", "page", "recordings_data"]
