"""Every wrong input is refused with words that help; everything that can be given has such a case."""

from pathlib import Path

import pytest

from cin7_pipeline.omni.endpoint import ColumnType
from cin7_pipeline.settings import Settings
from cin7_pipeline.settings.csv_reader import Header
from cin7_pipeline.settings.environment import NEVER_SHOWN
from tests.unit.refusals import Trial, parameters, trials
from tests.unit.refusals import flags_given_a_value as flags
from tests.unit.wrong_input import ARGUMENTS, CELLS, FIELDS, FILES, VARIABLES

TRIALS = trials()
OF_PEOPLE = [trial for trial in TRIALS if trial.kind != "field of the API"]


@pytest.mark.parametrize("trial", OF_PEOPLE, ids=lambda trial: trial.id)
def test_wrong_input_is_refused_in_words(trial: Trial, tmp_path: Path) -> None:
    """A variable, a cell or an argument that is wrong is named, with what would be right."""
    refusal = trial.refusal(tmp_path)
    assert trial.words in refusal
    if trial.kind == "variable":
        assert f"CIN7_{trial.place}" in refusal
        is_shown = f"CIN7_{trial.place}=" in refusal
        assert not (is_shown and trial.place.lower() in NEVER_SHOWN)
    if trial.kind == "settings file" and trial.value != "unmapped":
        line = 3 if trial.words.startswith("stands twice") else 2
        assert f"{tmp_path / trial.place.split(' ')[0]}:{line}: " in refusal


def test_wrong_values_of_the_api_are_refused_by_their_record(tmp_path: Path) -> None:
    """In every field of every endpoint, a value that can only be misread rejects its record.

    Tried are the first and the last of the wrong values of each field; types are tried out in `load`.
    """
    of_fields = [trial for trial in TRIALS if trial.kind == "field of the API"]
    ends = {t.place: t for t in reversed(of_fields)}, {t.place: t for t in of_fields}
    sent = list({trial.id: trial for end in ends for trial in end.values()}.values())
    taken = [trial.id for trial in sent if "911" not in trial.refusal(tmp_path)]
    own_key = [trial for trial in sent if trial.place.endswith((".id", "stock.product_option_id"))]
    assert sorted(taken) == sorted(
        trial.id for trial in own_key if ".lines." not in trial.place
    )  # there the wrong value is the record's own id
    assert all(trial.refusal(tmp_path) for trial in own_key)


def test_nothing_that_can_be_given_is_without_a_case() -> None:
    """A new setting, column, argument or type without a wrong value that is refused fails here."""
    assert VARIABLES.keys() == {name.upper() for name in Settings.model_fields}
    assert {kind: set(columns) for kind, columns in CELLS.items()} == {
        kind: set(Header(kind).columns) for kind in FILES
    }
    assert (ARGUMENTS | flags()).keys() == {place for place, _ in parameters()}
    assert FIELDS.keys() >= {kind.name for kind in ColumnType}
    assert all(VARIABLES.values())
    assert all(case for columns in CELLS.values() for case in columns.values())
