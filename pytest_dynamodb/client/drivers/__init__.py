"""The only places that block and that await: they carry out what ``Steps`` ask for."""
