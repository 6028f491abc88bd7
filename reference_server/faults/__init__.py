"""Faults: deliberate defects, each of which breaks a promise on purpose.

A folder is a family, a module is a theme of it. `other_statuses` has what all families share:
refusals with another status than the one promised. `catalogue` finds them all.
"""
