"""Tests of the Excel import."""
