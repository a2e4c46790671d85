"""The models of `sql/` do what their cases say; the cases stand beside this file."""

import pytest
from sqlglot import exp, parse_one

from cin7_pipeline.models.build import build_all, prepare_connection
from cin7_pipeline.models.catalogue import SQL_FOLDER, Catalogue
from cin7_pipeline.models.settings_tables import write_business_settings
from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.settings import BusinessSettings
from cin7_pipeline.warehouse.raw_tables import PRIMARY_KEYS, create_raw_tables
from tests.sql.cases import CASES_FOLDER, VARIABLES, Bench, Case, read_cases


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case.id)
def test_a_model_makes_the_expected_rows(bench: Bench, case: Case):
    """A model makes exactly the rows that its case expects of the given ones."""
    bench.check(case)


@pytest.mark.parametrize("schema", ["planning", "explain"])
def test_every_released_model_has_a_case(catalogue: Catalogue, schema: str):
    """A table that a release holds is never without an example of what it says."""
    with_case = {case.model for case in read_cases()}
    released = {model.name for model in catalogue.models if model.schema == schema}
    assert released, f"sql/{schema} holds no model"
    assert not released - with_case


def test_every_case_file_belongs_to_a_model(catalogue: Catalogue):
    """A case file lies where its model does, so that neither is moved, renamed or removed alone."""
    files = {p.relative_to(CASES_FOLDER).with_suffix("") for p in CASES_FOLDER.glob("*/**/*.yaml")}
    models = {m.path.relative_to(SQL_FOLDER).with_suffix("") for m in catalogue.models}
    assert files <= models


def test_a_view_of_a_raw_table_has_its_key(catalogue: Catalogue):
    """What is not counted again has the key by which the load merges the raw table."""
    keys = {table: {*key.split(", ")} for table, key in PRIMARY_KEYS.items()}
    keys["raw.sync_log"] = {"sync_id", "entity"}  # each load writes one row of each entity
    for endpoint in ENDPOINTS.values():
        keys[f"raw.{endpoint.name}"] = {*endpoint.key}
        if endpoint.lines is not None:
            keys[f"raw.{endpoint.lines.table}"] = {endpoint.lines.parent_key, "id"}
    for model in catalogue.models:
        if model.sources <= keys.keys() and model.checks[0].name != "grain_is_unique":
            selects = parse_one(model.query).selects
            columns = {s.alias_or_name: s.find(exp.Column).name for s in selects}
            [table] = model.sources
            assert {columns[name] for name in model.grain} == keys[table], model.name


def test_all_models_build_on_an_empty_account(connection, catalogue: Catalogue):
    """A first run before anything was read makes every table, and every check passes."""
    create_raw_tables(connection, ENDPOINTS.values())
    write_business_settings(connection, BusinessSettings())
    prepare_connection(connection, VARIABLES)
    reports = list(build_all(connection, catalogue))
    assert [report.model for report in reports] == list(catalogue.models)
    assert all(result.passed for report in reports for result in report.checks)
