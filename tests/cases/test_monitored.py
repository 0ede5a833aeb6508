"""三类人员: the list is matched by ID, whoever is not helped is looked into, nothing is half-written."""
# requirements: B26

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Discovery, MonitorBatch, MonitoredPerson
from cases.services.monitored import Sheet, import_monitored, progress
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.duties.models import Duty
from salvation.periods.measures import Frame, compute
from salvation.units.models import Unit
from tests.builders import make_benefit, make_household
from tests.intake.builder import an_id, xlsx

HEAD = ["序号", "乡镇", "村", "姓名", "身份证号", "监测对象类别", "风险类型"]
VILLAGE = "360722100200"


def take_in(rows: list[list[object]], county: Unit, actor: User) -> MonitorBatch:
    today = timezone.localdate()
    sheet = Sheet(
        xlsx([["三类人员名单"], HEAD, *rows]), "三类人员名单", "乡村振兴局", today, today + timedelta(days=90)
    )
    return import_monitored(sheet=sheet, county=county, actor=actor, now=timezone.now())


def stranger(number: int = 7, name: str = "何满妹") -> list[object]:
    return [number, "嘉定镇", "水东村", name, an_id(number), "突发严重困难户", "因病"]


@pytest.fixture
def helped(units: dict[str, Unit]) -> list[object]:
    """Somebody on the list who has 低保 already."""
    household = make_household(units[VILLAGE], ["谢桂英"])
    make_benefit(household, date(2024, 1, 1))
    return [1, "嘉定镇", "水东村", "谢桂英", household.head.id_no, "脱贫不稳定户", ""]


def test_the_helped_are_told_from_those_to_be_looked_into(
    units: dict[str, Unit], county_clerk: User, helped: list[object]
) -> None:
    batch = take_in([helped, stranger()], units["360722"], county_clerk)
    assert (batch.people, batch.helped) == (2, 1)
    waiting = Discovery.objects.get()
    assert (waiting.name, waiting.state, waiting.village) == ("何满妹", "FOUND", units[VILLAGE])
    assert Duty.objects.filter(kind="discovery", subject_id=waiting.pk, done_at__isnull=True).exists()
    assert [row.benefit is None for row in batch.rows.order_by("pk")] == [False, True]


def test_one_bad_row_keeps_the_whole_file_out_and_says_where(
    units: dict[str, Unit], county_clerk: User
) -> None:
    bad = [8, "没有的镇", "某村", "何满弟", an_id(8), "突发严重困难户", ""]
    with pytest.raises(Refusal, match=r"有 1 行不能导入，全部没有写入：.*没有的镇"):
        take_in([stranger(), bad], units["360722"], county_clerk)
    assert not MonitoredPerson.objects.exists()
    assert not Discovery.objects.exists()


def test_the_same_file_twice_is_refused(units: dict[str, Unit], county_clerk: User) -> None:
    today = timezone.localdate()
    sheet = Sheet(xlsx([HEAD, stranger()]), "名单", "乡村振兴局", today, today)
    import_monitored(sheet=sheet, county=units["360722"], actor=county_clerk, now=timezone.now())
    with pytest.raises(Refusal, match="没有重复写入"):
        import_monitored(sheet=sheet, county=units["360722"], actor=county_clerk, now=timezone.now())
    assert MonitorBatch.objects.count() == 1


def test_somebody_being_looked_into_gets_no_second_task_from_the_next_list(
    units: dict[str, Unit], county_clerk: User
) -> None:
    take_in([stranger()], units["360722"], county_clerk)
    take_in([stranger(), stranger(9, "何满弟")], units["360722"], county_clerk)
    assert Discovery.objects.count() == 2
    assert MonitoredPerson.objects.count() == 3


def test_only_the_county_imports(units: dict[str, Unit], clerk: User) -> None:
    with pytest.raises(PermissionDenied):
        take_in([stranger()], units["360722"], clerk)


def test_progress_by_unit_and_the_figure_follow_the_matching(
    units: dict[str, Unit], county_clerk: User, helped: list[object]
) -> None:
    batch = take_in([helped, stranger()], units["360722"], county_clerk)
    (line,) = progress(batch, county_clerk)
    assert (line.unit, line.people, line.helped, line.waiting) == ("嘉定镇", 2, 1, 1)
    month = Month.of(timezone.localdate())
    found = compute(Frame(units["360722"], month, month, frozen=False), ["SB01"])
    assert found["SB01.m"][None] == 1


def test_a_town_sees_its_own_people_only(
    units: dict[str, Unit],
    county_clerk: User,
    clerk: User,
    other_clerk: User,
    sign_in: Callable[[User], Client],
) -> None:
    take_in([stranger()], units["360722"], county_clerk)
    address = reverse("cases:monitored")
    assert "何满妹" in sign_in(clerk).get(address).content.decode()
    assert "何满妹" not in sign_in(other_clerk).get(address).content.decode()


def test_the_county_reads_progress_on_the_page_of_the_list(
    units: dict[str, Unit], county_clerk: User, sign_in: Callable[[User], Client]
) -> None:
    batch = take_in([stranger()], units["360722"], county_clerk)
    page = sign_in(county_clerk).get(reverse("cases:monitor", args=[batch.pk])).content.decode()
    assert "嘉定镇" in page
    assert "待核查" in page
