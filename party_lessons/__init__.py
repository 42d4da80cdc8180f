"""The yearly party-lesson duty: schemes, posts, obligations, credits, exemptions [0 §16, 1 §17]."""
