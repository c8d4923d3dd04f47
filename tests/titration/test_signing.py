"""What a signature asks for beside the plan itself."""

import datetime as dt
from decimal import Decimal

import pytest

from clinic.core.rules import RuleBroken
from clinic.titration.rules.findings import Code, Finding, Severity
from clinic.titration.rules.signing import Override, PlanStop, check_overrides

TODAY = dt.date(2026, 6, 1)


def stop(code: Code) -> PlanStop:
    return PlanStop(Finding(code, Severity.STOP, TODAY, Decimal(250), Decimal(200)))


def test_every_missing_reason_is_told_at_once_beside_its_own_field() -> None:
    stops = [stop(Code.ABOVE_MAX), stop(Code.STEP_TOO_LARGE), stop(Code.REDUCTION_FAST)]
    given = Override("step_too_large", "tolerated_before", "Taken in 2019 without trouble")
    with pytest.raises(RuleBroken) as broken:
        check_overrides(stops, [given], TODAY)
    assert [refusal.field for refusal in broken.value.each()] == ["override_above_max", "override_reduction_fast"]
    assert "above the maximum" in broken.value.reason
