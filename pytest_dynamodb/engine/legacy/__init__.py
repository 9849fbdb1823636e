"""The parameters that expressions replaced, checked in AWS's words and lowered to the trees of expressions.

(API reference, "Legacy conditional parameters"; dynalite's suite, whose cases ran against AWS: test/{putItem,query,
scan,updateItem}; dynamodb-conformance, tier3/legacy-api.)
"""
