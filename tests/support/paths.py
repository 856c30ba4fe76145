"""Paths of routes, with what there is in a small registry in the place of their parameters."""

import re

THERE = {"registry": "models", "model": "churn", "version": "1", "alias": "production", "stage": "production"}


def filled(template, otherwise="no-such-thing"):
    """"/v1/models/{model}" -> "/v1/models/churn". `otherwise`: of what there is none."""
    return re.sub(r"\{(\w+)\}", lambda name: THERE.get(name.group(1), otherwise), template)
