"""Limits that are not kept, and fields that misreport them."""
