"""弱势群体 (G16; 003 第53条): five groups of people, five things to know of each. Pure."""

from cases.rules.codes import Code

# 老年人权益保障法第2条; 未成年人保护法第2条; 义务教育法第11条.
ELDER_AGE, ADULT_AGE, SCHOOL_AGE, SCHOOL_ENDS = 60, 18, 6, 15
# 劳动法第15条.
WORKING_AGE = 16


class Group(Code):
    POOR = "POOR", "建档立卡（脱贫）人口"
    DISABLED = "DISABLED", "残疾人"
    ELDER = "ELDER", "老年人"
    MINOR = "MINOR", "未成年人"
    ILL = "ILL", "重病患者"


class Aspect(Code):
    FAMILY = "FAMILY", "家庭"
    HEALTH = "HEALTH", "身体"
    WORK = "WORK", "就业"
    SCHOOL = "SCHOOL", "教育"
    LIVING = "LIVING", "生活"


class LivesWith(Code):
    """With whom somebody lives."""

    ALONE = "ALONE", "独居"
    SPOUSE = "SPOUSE", "仅与配偶"
    CHILDREN = "CHILDREN", "与子女"
    PARENTS = "PARENTS", "与父母"
    GRANDPARENTS = "GRANDPARENTS", "与祖辈（父母不在身边）"
    RELATIVES = "RELATIVES", "与其他亲属"
    INSTITUTION = "INSTITUTION", "在供养或福利机构"


class Health(Code):
    GOOD = "GOOD", "健康"
    CHRONIC = "CHRONIC", "慢性病"
    SERIOUS = "SERIOUS", "重病"
    DISABLED = "DISABLED", "残疾"
    BOTH = "BOTH", "残疾并患重病"


class Work(Code):
    YOUNG = "YOUNG", "未满16周岁"
    STUDENT = "STUDENT", "在校读书"
    FARM = "FARM", "务农"
    EMPLOYED = "EMPLOYED", "务工"
    FLEXIBLE = "FLEXIBLE", "灵活就业"
    PUBLIC = "PUBLIC", "公益性岗位"
    IDLE = "IDLE", "有劳动能力，未就业"
    UNABLE = "UNABLE", "无劳动能力"
    OLD = "OLD", "年老不再劳动"


class Schooling(Code):
    """Where somebody stands with school."""

    TOO_YOUNG = "TOO_YOUNG", "未到入学年龄"
    KINDERGARTEN = "KINDERGARTEN", "在园"
    COMPULSORY = "COMPULSORY", "在读（小学、初中）"
    SENIOR = "SENIOR", "在读（高中、中职）"
    COLLEGE = "COLLEGE", "在读（大专以上）"
    HOME = "HOME", "送教上门、康复机构就学"
    OUT = "OUT", "失学、辍学"
    DONE = "DONE", "不在学"


class Level(Code):
    """What somebody finished at school."""

    NONE = "NONE", "未上过学"
    PRIMARY = "PRIMARY", "小学"
    JUNIOR = "JUNIOR", "初中"
    SENIOR = "SENIOR", "高中、中职"
    COLLEGE = "COLLEGE", "大专以上"


class Housing(Code):
    SAFE = "SAFE", "自有，安全"
    UNSAFE = "UNSAFE", "自有，有安全隐患"
    RENTED = "RENTED", "租住"
    BORROWED = "BORROWED", "借住"
    INSTITUTION = "INSTITUTION", "住机构"


class Livelihood(Code):
    """Where most of the income comes from."""

    WORK = "WORK", "务工、经营"
    FARM = "FARM", "种养"
    PENSION = "PENSION", "养老金"
    SUPPORT = "SUPPORT", "家人供养、赡养"
    AID = "AID", "救助金、补贴"
    NONE = "NONE", "没有稳定来源"


# What must be known for an aspect to count as complete; the same columns make the completeness rates.
FIELDS: dict[Aspect, tuple[str, ...]] = {
    Aspect.FAMILY: ("lives_with",),
    Aspect.HEALTH: ("health", "self_care"),
    Aspect.WORK: ("work",),
    Aspect.SCHOOL: ("schooling", "level"),
    Aspect.LIVING: ("housing", "livelihood"),
}
STUDYING = frozenset({Schooling.KINDERGARTEN, Schooling.COMPULSORY, Schooling.SENIOR, Schooling.COLLEGE})


def contradictions(given: dict[str, str], age: int | None) -> list[tuple[str, str]]:
    """Field and words of every answer that cannot be true at this age. Unknown answers contradict nothing."""
    if age is None:
        return []
    found = []
    work, schooling = given.get("work"), given.get("schooling")
    if work == Work.YOUNG and age >= WORKING_AGE:
        found.append(("work", f"此人{age}周岁，不是未满16周岁，请改选实际就业情况"))
    if work and work not in (Work.YOUNG, Work.STUDENT, Work.UNABLE) and age < WORKING_AGE:
        found.append(("work", f"此人{age}周岁，未满16周岁不能就业，请改选“未满16周岁”或“在校读书”"))
    if work == Work.OLD and age < ELDER_AGE:
        found.append(("work", f"此人{age}周岁，未满60周岁，请改选实际就业情况"))
    if schooling == Schooling.TOO_YOUNG and age > SCHOOL_AGE:
        found.append(("schooling", f"此人{age}周岁，已到入学年龄；没有上学的请选“失学、辍学”"))
    if schooling == Schooling.DONE and SCHOOL_AGE < age <= SCHOOL_ENDS:
        found.append(("schooling", f"此人{age}周岁，应在接受义务教育；没有上学的请选“失学、辍学”"))
    if work == Work.STUDENT and schooling and schooling not in STUDYING | {Schooling.HOME}:
        found.append(("schooling", "就业情况为“在校读书”，教育情况却不在学，请核对"))
    if age < ADULT_AGE and given.get("lives_with") and not given.get("carer"):
        found.append(("carer", "未成年人须填写监护人"))
    return found
