"""How the kept facts of an act are said. Unknown keys are shown as they are: nothing is hidden."""

from collections.abc import Mapping
from typing import Any

from salvation.accounts.roles import ROLES
from salvation.parameters.registry import PARAMETERS

LABELS = {
    "username": "用户名", "role": "角色", "from": "原", "to": "新", "month": "月份", "frozen": "已冻结", "key": "参数",
    "value": "取值", "words": "检索词", "version": "版次", "step": "步骤", "rows": "行数", "reason": "理由", "period": "期间",
    "population": "户籍人口", "members": "人数", "job": "任务", "kind": "类别", "name": "名称", "approved": "批准", "account": "账号",
    "accepted": "接收行数", "rejected": "退回行数", "changed": "修改项", "households": "户数", "file": "文件", "field": "字段", "format": "格式",
    "list": "名单", "digest": "指纹", "hits": "命中", "register": "登记簿", "rosters": "册数", "new": "新增", "benefit": "待遇",
    "for": "归属月", "note": "说明", "command": "命令行", "approved_by": "批准人", "program": "类别", "eligible": "符合", "total": "月应发",
    "unchanged": "未变行数", "unit": "单位", "line": "明细", "address": "登录地址", "agree": "同意", "disagree": "不同意",
    "amount": "金额", "answer": "答复", "asked": "查询人数", "found": "查到人数", "basis": "依据", "because": "原因",
    "benefits": "待遇数", "cell": "数据项", "check": "勾稽", "department": "部门", "different": "结果有变", "judged": "已核算",
    "left_out": "须逐户办理", "document": "文书", "due": "期限", "ended": "退出的登录", "fields": "更正项", "files": "文件数",
    "form": "格式", "ground": "事由", "head": "户主", "helped": "已纳入人数", "holder": "户名", "later": "已有更新资料",
    "left": "剩余备用码", "level": "级别", "matched": "比中人数", "matters": "事项", "missing": "缺少", "monthly": "月增减",
    "months": "月数", "need": "需求", "no": "编号", "number": "文号", "now": "更正后", "was": "更正前", "on": "日期",
    "order": "变更单", "outcome": "结论", "proof": "佐证", "pages": "页数", "parts": "编写部分", "people": "人数", "person": "人员",
    "post": "岗位", "problems": "问题数", "purpose": "用途", "relatives": "近亲属数", "requests": "提请数", "round": "轮次",
    "sha256": "文件指纹", "size": "大小", "source": "来源", "standing": "状况", "tail": "令牌末位", "tasks": "任务数",
    "text": "内容", "title": "标题", "until": "截止", "values": "字段值数", "village": "村（社区）", "villages": "村数",
    "what": "内容", "year": "年度", "events": "提醒数", "lacking": "缺件数", "meeting": "会议", "stage": "环节", "added": "新增人数",
    "batch": "批次", "known": "在库人数", "taken": "取用数",
}  # fmt: skip
YES_NO = {"True": "是", "False": "否"}
# Codes kept as facts, by the key they stand under; apps add theirs in ``AppConfig.ready()``.
CODES: dict[str, dict[str, str]] = {"role": {code: role.label for code, role in ROLES.items()}}


def register_codes(key: str, words: Mapping[str, str]) -> None:
    """Say what the codes under a key mean."""
    CODES.setdefault(key, {}).update(words)


def said(facts: Mapping[str, Any]) -> str:
    """The facts in one line."""
    return "，".join(f"{LABELS.get(key, key)}：{_value(key, str(value))}" for key, value in facts.items())


def _value(key: str, value: str) -> str:
    if key == "key" and value in PARAMETERS:
        return PARAMETERS[value].label
    return CODES.get(key, YES_NO).get(value, YES_NO.get(value, value))
