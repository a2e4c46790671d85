"""What an order fills up to, against stockpyl, which others wrote, in an environment of its own."""

import json
import subprocess
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import pytest

from tests.sql.cases import Bench, Case

PYTHON = Path(__file__).parents[2] / ".venv-stockpyl" / "bin" / "python"
REVIEW_DAYS = 7
# Demand of a day and its deviation, how many days deliveries took, and the service level.
CASES: list[tuple[float, float, list[int], float]] = [
    (4.0, 2.0, [21], 0.8),
    (4.0, 2.0, [21], 0.95),
    (4.0, 2.0, [21], 0.98),
    (0.5, 1.5, [40], 0.95),
    (12.0, 3.0, [30, 31, 33, 34, 38, 41], 0.95),
    (2.0, 2.5, [14, 18, 20, 25, 40], 0.95),
    (0.3, 0.9, [20, 30, 30, 45, 60, 60], 0.9),
]
# A newsvendor whose costs make this share of cycles end without a stock-out; of several lead times the demand
# is what any of them takes, each as often as the others.
ORACLE = """
import json, sys
from scipy.stats import norm
from stockpyl.newsvendor import newsvendor_discrete, newsvendor_normal

found = []
for demand, deviation, lead_days, service, review_days in json.load(sys.stdin):
    if len(lead_days) == 1:
        periods = lead_days[0] + review_days - 1
        level, _ = newsvendor_normal(1 - service, service, demand, deviation, periods)
    else:
        laws = [norm(demand * h, deviation * h**0.5) for h in (d + review_days for d in lead_days)]
        share = lambda units: sum(law.cdf(units / 4) for law in laws) / len(laws)
        most = int(4 * max(law.ppf(0.99999) for law in laws))
        masses = {0: share(0)} | {u: share(u) - share(u - 1) for u in range(1, most)}
        quarters, _ = newsvendor_discrete(1 - service, service, demand_pmf=masses)
        level = quarters / 4
    found.append(float(level))
print(json.dumps(found))
"""


@pytest.mark.skipif(not PYTHON.exists(), reason="stockpyl is not installed: make stockpyl-env")
def test_what_is_filled_up_to_is_that_of_stockpyl(bench: Bench):
    """Of normal demand within 0.1 % where deliveries take as long each time, within 5 % where they do not."""
    asked = json.dumps([[*case, REVIEW_DAYS] for case in CASES])
    command = [PYTHON, "-c", ORACLE]
    answer = subprocess.run(command, input=asked, capture_output=True, text=True, check=True)  # noqa: S603
    policies = bench.rows(Case("planning.item_policies", "stockpyl", [], given_rows()))
    ours = {row["product_option_id"]: float(row["order_up_to"]) for row in policies}
    for number, (theirs, case) in enumerate(zip(json.loads(answer.stdout), CASES, strict=True)):
        tolerance = 0.001 if len(case[2]) == 1 else 0.05
        assert ours[number] == pytest.approx(theirs, rel=tolerance), case


def given_rows() -> dict[str, list[dict[str, Any]]]:
    """An item for each case, with the normal law of independent days."""
    rows: dict[str, list[dict[str, Any]]] = {
        f"core.replenishment_{name}": [] for name in ("items", "settings", "lead_days", "demand")
    }
    for number, (demand, deviation, lead_days, service) in enumerate(CASES):
        key = {"product_option_id": number, "size": "", "warehouse": "East"}
        of_case: dict[str, dict[str, Any]] = {
            "items": {"sku": f"SKU {number}", "available": 0, "incoming_quantity": 0},
            "settings": {
                "is_planned": True,
                "is_planned_by": "built in",
                "review_days": REVIEW_DAYS,
                "service_level": service,
                "multiple": 1,
            },
            "lead_days": {
                "lead_days": max(lead_days),
                "lead_basis": "lane",
                "mean_lead_days": mean(lead_days),
                "sd_lead_days": stdev(lead_days) if len(lead_days) > 1 else 0,
            },
            "demand": {
                "demand_basis": "built_in",
                "daily_demand": demand,
                "deviation_28": deviation * 28**0.5,
                "deviation_power": 0.5,
                "z_50": 0,
                "z_80": 0.8416,
                "z_95": 1.6449,
            },
        }
        for name, row in of_case.items():
            rows[f"core.replenishment_{name}"].append(key | row)
    return rows | {"planning.projected_stock": [], "core.item_costs": []}
