"""Values that are new in every run, such as ids and times: found, carried from requests into answers, and compared."""
