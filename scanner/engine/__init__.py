"""Detection in one text: prefilter, exact matching, checks, plausibility, decoders."""
