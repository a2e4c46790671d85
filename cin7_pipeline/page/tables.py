"""This module writes down what the tables of a release mean: for people a page, for programs a contract."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from cin7_pipeline.models.build import BuildReport
from cin7_pipeline.models.lineage import trace_columns
from cin7_pipeline.page.html import write_template

# The first number changes when a column is renamed, removed or given another type: programs read it.
CONTRACT_VERSION = "2.3"


def write_contract(reports: Iterable[BuildReport], path: Path) -> None:
    """Write the planning tables as JSON: each with its meaning, its grain and its columns with types."""
    tables = {
        report.model.table: {
            "about": report.model.about,
            "grain": report.model.grain,
            "columns": [
                {"name": name, "type": kind, "about": about} for name, kind, about in report.columns
            ],
        }
        for report in reports
        if report.model.schema == "planning"
    }
    contract = {"contract_version": CONTRACT_VERSION, "tables": tables}
    path.write_text(json.dumps(contract, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_tables_page(
    reports: Sequence[BuildReport], tables: Mapping[str, Iterable[str]], path: Path
) -> None:
    """Write the planning tables as a page: columns, origin, a question each, and what checks found.

    `tables` are the columns of all tables that no model makes.
    """
    shown: dict[str, BuildReport] = {}
    made_of: dict[str, set[str]] = {}
    for report in reports:
        model = report.model
        made_of[model.name] = {
            raw for source in model.sources for raw in made_of.get(source, {source})
        }
        if model.schema == "planning":
            shown[model.table] = report
    traced = trace_columns((report.model for report in reports), tables)
    write_template(
        "tables.html",
        path,
        reports=[shown[table] for table in sorted(shown)],
        made_of={name: sorted(raw) for name, raw in made_of.items()},
        origins={
            name: {c: sorted(found) for c, found in columns.items()}
            for name, columns in traced.items()
        },
    )
