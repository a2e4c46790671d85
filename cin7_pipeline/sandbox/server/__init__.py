"""This package serves an account over HTTP as Cin7 does, faults included; it knows no merchant."""
