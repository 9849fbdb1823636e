"""How items are kept: in key order, sized, by who may change them."""
