"""The expressions and legacy conditions of a request, checked in AWS's order and bound to trees."""
