"""Guards of applications: each returns the reason of a refusal in Chinese, or None.

They read the subject's own relations and import no models, so that the flow tables stay declarations.
"""
# requirements: B20, B21

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone

from cases import checklist, county_visit
from cases.agreed import agreed_of, amount_of
from cases.emergency_guards import allows
from cases.exclusion import hindering, replaced
from cases.models.choices import TEKUN
from salvation.documents.paperless import paperless
from salvation.domain.month import Month
from salvation.flow.marks import needs_data
from salvation.flow.models import Transition
from salvation.flow.table import Context
from salvation.parameters.book import Book, at
from salvation.vault import facts as sealed_facts

MIN_PHOTOS = 2


def today_of(context: Context) -> date:
    """The county's day of an act."""
    return timezone.localdate(context.now)


def applicant_has_valid_id(context: Context) -> str | None:
    if context.subject.applicant.id_status != "VALID":
        return "申请人的身份证号未通过校验，请先更正后再提交"
    return None


def members_present(context: Context) -> str | None:
    members = context.subject.household.members
    if not members.filter(left_on__isnull=True, person=context.subject.applicant).exists():
        return "申请人不在家庭成员中，请先补录家庭成员"
    return None


def not_already_helped(context: Context) -> str | None:
    """Nobody may be covered twice in a month (02 §2.8); what stops before the new benefit begins is no obstacle."""
    application = context.subject
    people = (
        [application.applicant_id]
        if application.is_single or application.program in TEKUN
        else list(
            application.household.members.filter(left_on__isnull=True, counted=True).values_list(
                "person_id", flat=True
            )
        )
    )
    coming = Month.of(today_of(context)) + 1
    cover = application.applicant.coverage.model.objects.filter(
        months__overlap=(coming.first_day, None), person__in=people
    )
    giving_way = replaced(
        application.household, application.converts_id, application.program, is_single=application.is_single
    )
    cover = cover.exclude(term__benefit__in=giving_way)
    hinders = hindering(cover, application.program, is_single=application.is_single, coming=coming)
    found = hinders.select_related("person", "term__benefit").first()
    if found is None:
        return None
    program = found.term.benefit.get_program_display()
    return f"{found.person.name} 正在享受{program}，不能重复享受；请先办理停发或转类"


def all_authorised(context: Context) -> str | None:
    """Everybody of the family, and the duty bearers of 特困 and 单人保, signed an authorisation that is still valid."""
    names = checklist.unsigned(context.subject, on=today_of(context))
    if names:
        return f"还有 {len(names)} 人未签核对授权书或已到期：{'、'.join(names[:6])}，不能受理；没有授权不得核对（002 第27条）"
    return None


def materials_complete(context: Context) -> str | None:
    names = checklist.missing(context.subject)
    if names:
        return f"还缺 {len(names)} 件材料：{'、'.join(names)}；收齐后受理，或一次性告知补正（第11条）"
    if not paperless(context.subject.unit, today_of(context)):
        return None
    unfiled = checklist.unfiled(context.subject)
    if unfiled:
        return (
            f"本县已启用无纸化审核审批，{'、'.join(unfiled)}还没有照片或扫描件，请在“材料”中上传（004 第9条）"
        )
    return None


def corrected(context: Context) -> str | None:
    """What was asked for in the notice is there before the application is handed in again."""
    return materials_complete(context) if context.subject.state == "CORRECTING" else None


@needs_data
def second_correction_has_reason(context: Context) -> str | None:
    """People are told once; a second time needs its reason and counts in the office's record (B01)."""
    again = Transition.objects.filter(
        flow="application", subject_id=context.subject.pk, step="correct"
    ).exists()
    if again and not str(context.data.get("again") or "").strip():
        return "本件已一次性告知过，再次补正须写明理由，并计入服务效能指标（002 第27条）"
    return None


def kinship_declared(context: Context) -> str | None:
    if not context.subject.kinship_declared:
        return "请先填写近亲属申明（是否与经办人员、村干部有近亲属关系）"
    return None


def survey_is_valid(context: Context) -> str | None:
    """At least two surveyors, both levels by parameter, signed by the family (002 L27)."""
    application = context.subject
    book = Book(unit=application.unit, on=application.accepted_on or today_of(context))
    need, both = int(book["survey.min_people"]), bool(book["survey.require_both_levels"])
    if allows(application, "VISIT") and application.surveys.filter(method="PHONE").exists():
        return None
    surveys = application.surveys.filter(method="HOME", signed_by_family=True).prefetch_related("surveyors")
    for survey in surveys:
        levels = [surveyor.level for surveyor in survey.surveyors.all()]
        if len(levels) >= need and (not both or {"TOWN", "VILLAGE"} <= set(levels)):
            return None
    both_text = "，且须有乡镇、村两级人员" if both else ""
    return f"还没有有效的入户调查：须{need}人以上{both_text}，并由家庭成员签字（002 第27条）"


def assessed_after_survey(context: Context) -> str | None:
    application = context.subject
    if application.assessment is None:
        return "还没有核算家庭经济状况，请先核算"
    last = application.surveys.order_by("-version").first()
    if last and application.assessment.made_at < last.recorded_at:
        return "核算早于最近一次入户调查，请按调查结果重新核算"
    return None


def someone_else_visited(context: Context) -> str | None:
    """At least one person beside the one who accepted took part (07 §7.3 第1条)."""
    application = context.subject
    taken = Transition.objects.filter(flow="application", subject_id=application.pk, step="accept").last()
    accepted_by = taken.actor_id if taken else application.created_by_id
    for survey in application.surveys.prefetch_related("surveyors"):
        if any(surveyor.user_id != accepted_by for surveyor in survey.surveyors.all()):
            return None
    return "同一案件至少要有一名受理人以外的人员参与调查"


def checked(context: Context) -> str | None:
    """A report that is still valid; one that says 不符合 was told to the family first (3.1; 002 L27)."""
    application, today = context.subject, today_of(context)
    if not at("check.required", on=application.accepted_on or today, unit=application.unit).value:
        return None
    newest = application.checks.exclude(state="WITHDRAWN").first()
    if (newest is None or newest.reported_on is None) and allows(application, "CHECK"):
        return None
    if newest is None:
        return "还没有提请经济状况核对；初审前须有有效的核对报告（002 第27条）"
    if newest.state == "FAILED":
        return f"核对报告 {newest.no} 为不符合，请先告知申请人，听取异议"
    if newest.reported_on is None or newest.state == "OBJECTED":
        return f"核对 {newest.no} 是“{newest.get_state_display()}”，报告出具后再提交"
    if newest.valid_until < today:
        return f"核对报告 {newest.no} 已于{newest.valid_until:%Y年%m月%d日}过期，请重新提请核对"
    return None


def check_conforms(context: Context) -> str | None:
    """A positive review rests on a report that conforms."""
    if reason := checked(context):
        return reason
    newest = context.subject.checks.exclude(state="WITHDRAWN").first()
    if newest is not None and newest.state == "TOLD" and agreed_of(context.subject) is None:
        return f"核对报告 {newest.no} 为不符合，申请人没有异议；请按初审不符合报确认，或登记异议复查"
    return None


def assessment_is_eligible(context: Context) -> str | None:
    assessment = context.subject.assessment
    if assessment is None:
        return "还没有核算家庭经济状况"
    if not assessment.eligible and agreed_of(context.subject) is None:
        return f"核算结论为不符合{assessment.get_program_display()}条件，不能同意；确有特殊困难的申报一事一议"
    return None


def _unsettled(application: Any) -> list[dict[str, Any]]:
    """What the working says must be settled before anything official leaves the house."""
    found = application.assessment
    warnings = sealed_facts.load(found.result).get("warnings", []) if found else []
    return [warning for warning in warnings if warning["blocks"]]


def care_is_assessed(context: Context) -> str | None:
    """The money of 特困 rests on the six things assessed by two people (L43 第21条、第22条)."""
    application = context.subject
    if allows(application, "VISIT") or not any(
        warning["code"] == "CARE_NOT_ASSESSED" for warning in _unsettled(application)
    ):
        return None
    return "还没有生活自理能力评定，照料护理标准定不下来；请点“自理能力评定”登记，再重新核算（特困人员认定办法第21条）"


def working_is_settled(context: Context) -> str | None:
    """A working with an open question grants nothing yet."""
    open_ones = _unsettled(context.subject)
    if not open_ones or agreed_of(context.subject) is not None:
        return None
    return "".join(str(warning["message"]) for warning in open_ones) + "处理后请退回，重新核算"


def parameters_confirmed(context: Context) -> str | None:
    """Unconfirmed defaults block official decisions (design §3: policy is data)."""
    names = context.subject.assessment.unconfirmed if context.subject.assessment else []
    if names:
        return f"核算用到的参数待县局确认：{'、'.join(names[:5])}"
    return None


def decided_by_county(context: Context) -> str | None:
    return None if context.subject.level == "COUNTY" else "该件由乡镇确认，不报县级"


def decided_by_township(context: Context) -> str | None:
    return None if context.subject.level == "TOWNSHIP" else "该件由县级确认"


def notice_is_over(context: Context) -> str | None:
    notice = context.subject.notices.first()
    if notice is None:
        return "还没有公示"
    if today_of(context) <= notice.ends_on and not allows(context.subject, "NOTICE"):
        return f"公示到{notice.ends_on:%Y年%m月%d日}止，未满期不能转入下一步（第19条）"
    return None


def was_noticed(context: Context) -> str | None:
    """What the township found unfit was not noticed: it may be refused from there, not granted (L57 第19条)."""
    here = {"flow": "application", "subject_id": context.subject.pk, "to_state": context.subject.state}
    came = Transition.objects.filter(**here).order_by("at", "id").last()
    if came is None or came.step not in ("first_reject", "first_reject_town"):
        return None
    return "乡镇初审为不符合，没有公示，不能直接确认同意；认为符合的请“退回”，由乡镇重新初审并公示（第19条）"


def notice_has_photos(context: Context) -> str | None:
    found = context.subject.photo_count("NOTICE")
    if found < MIN_PHOTOS and not allows(context.subject, "NOTICE"):
        return f"请上传公示开始和结束时的照片（已有{found}张，至少{MIN_PHOTOS}张）"
    return None if allows(context.subject, "NOTICE") else _photos_elsewhere(context.subject)


def _photos_elsewhere(application: Any) -> str | None:
    """Where a family is registered elsewhere, the notice hung there too; its photos lie with that sheet."""
    latest = application.notices.first()
    if latest is None:
        return None
    others = application.notices.filter(posted_on=latest.posted_on, elsewhere=True, sheet__isnull=False)
    for notice in others.select_related("sheet"):
        found = notice.sheet.photo_count()
        if found < MIN_PHOTOS:
            return f"另一公示地（{notice.place}）的公示照片已有{found}张，至少{MIN_PHOTOS}张；请在该地公示单中上传"
    return None


def notice_still_holds(context: Context) -> str | None:
    """After an objection that changed nothing, 低保 is not noticed again; 特困 is (L57 第19条, 3.1)."""
    application = context.subject
    notice = application.notices.first()
    if notice is None or not application.objections.filter(closed_on__isnull=False).exists():
        return "没有异议复核，按初审公示办理"
    if str(application.program).startswith("TEKUN"):
        return "特困供养异议复核后须重新公示"
    if notice.amount != amount_of(application):
        return "复核后金额有变化，须重新公示"
    return None


REAFFIRMING = (check_conforms, assessment_is_eligible, notice_is_over, notice_has_photos)


def debated(context: Context) -> str | None:
    """Where the county made the villagers' deliberation compulsory (B11)."""
    application = context.subject
    on = application.accepted_on or today_of(context)
    if not at("debate.required", on=on, unit=application.unit).value or application.debates.exists():
        return None
    return "本县规定须经民主评议；请在“评议、异议和举报”登记民主评议后再提交初审"


def county_has_visited(context: Context) -> str | None:
    """Kinship and complaints ask for the county's own visit, also where the township confirms (L57 第20条)."""
    return county_visit.lacking(context.subject, today_of(context))


def special_is_settled(context: Context) -> str | None:
    """What a meeting is still to say is waited for; what it granted beyond the rules was noticed first (L57 第19条)."""
    application = context.subject
    waiting = application.specials.filter(state__in=("DRAFT", "CHECKING", "MEETING")).first()
    if waiting is not None:
        return f"一事一议 {waiting.no} 还在办理（{waiting.get_state_display()}），有结论后再办"
    special = agreed_of(application)
    if special is None:
        return None
    if special.valid_until <= today_of(context):
        return f"一事一议 {special.no} 已过有效期，请重新申报"
    return None


@needs_data
def amount_as_calculated(context: Context) -> str | None:
    assessment = context.subject.assessment
    try:
        amount = Decimal(str(context.data.get("amount", "")).replace(",", ""))
    except InvalidOperation:
        return "确认金额不是有效的数字"
    special = agreed_of(context.subject)
    if special is not None:
        same = amount == special.amount
        return None if same else f"确认金额 {amount} 与一事一议会议确定的 {special.amount} 不一致"
    if amount != assessment.total:
        return f"确认金额 {amount} 与核算结果 {assessment.total} 不一致；偏离公式须走一事一议"
    return None
