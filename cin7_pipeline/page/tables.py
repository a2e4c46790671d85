"""This module writes down what the tables of a release mean: for people a page, for programs a contract."""

import json
from collections.abc import Iterable
from html import escape
from pathlib import Path
from string import Template

from cin7_pipeline.models.build import BuildReport

# The first number changes when a column is renamed, removed or given another type: programs read it.
CONTRACT_VERSION = "2.0"
FOLDER = Path(__file__).parent


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


def write_tables_page(reports: Iterable[BuildReport], path: Path) -> None:
    """Write the planning tables as a page: rows, columns with meaning and unit, and what checks found."""
    shown = sorted(
        (report for report in reports if report.model.schema == "planning"),
        key=lambda report: report.model.table,
    )
    names = [report.model.table for report in shown]
    text = Template((FOLDER / "tables.html").read_text(encoding="utf-8")).substitute(
        style=(FOLDER / "page.css").read_text(encoding="utf-8"),
        names=" · ".join(f'<a href="#{name}">{name}</a>' for name in names),
        tables="\n".join(map(_table, shown)),
    )
    path.write_text(text, encoding="utf-8")


def _table(report: BuildReport) -> str:
    model = report.model
    columns = "".join(
        f'<tr><td class="code">{escape(name)}</td><td class="code">{escape(kind.lower())}</td>'
        f"<td>{escape(about)}</td></tr>"
        for name, kind, about in report.columns
    )
    checks = "".join(
        f"<li>{escape(result.about)} <b>{_verdict(result.failing_rows)}</b></li>"
        for result in report.checks
    )
    return (
        f'<section id="{model.table}" class="wide"><h2>planning.{model.table}</h2>'
        f"<p>{escape(model.about)}</p>"
        f'<p class="about">{report.row_count:,} rows, one per {", ".join(model.grain)};'
        f" look at it: <code>from planning.{model.table} limit 10</code></p>"
        f"<div><table><thead><tr><th>column</th><th>type</th><th>meaning</th></tr></thead>"
        f"<tbody>{columns}</tbody></table></div>"
        f"<details><summary>{len(report.checks)} checks</summary><ul>{checks}</ul></details>"
        "</section>"
    )


def _verdict(failing_rows: int) -> str:
    return f"{failing_rows:,} rows do not" if failing_rows else "holds"
