"""Tables of cases, gathered so that Django finds them."""

from cases.models.adjustment import StandardAdjustment
from cases.models.agreements import CareAgreement, Caregiver
from cases.models.alert import MonitoringAlert
from cases.models.application import (
    Application,
    Assessment,
    CollectiveDecision,
    Declaration,
    Notice,
    Survey,
    Surveyor,
)
from cases.models.archive import ArchiveBundle, ArchivedMatter, CaseArchive
from cases.models.authorisation import Authorisation
from cases.models.benefit import Benefit, BenefitTerm, Hold, TermMember
from cases.models.care import CareAssessment, CareWish, ReportedChange
from cases.models.certificates import CertificateReview, OrphanTag, SupportCertificate
from cases.models.change import ChangeOrder, ChangePerson
from cases.models.check import CheckedPerson, CheckExchange, CheckRequest, CheckResult
from cases.models.cycle import MonthlyCycle, SheetBook, VillageAttestation
from cases.models.deliberation import Complaint, DemocraticReview, Objection
from cases.models.discovery import Discovery, MonitorBatch, MonitoredPerson
from cases.models.emergency import EmergencyMode
from cases.models.group import GroupEntry, GroupList, GroupRound, ListedPerson
from cases.models.household import DutyBearer, Household, Member, PayAccount
from cases.models.institutions import Institution, Residence
from cases.models.insurance import Insurance, InsuranceBatch
from cases.models.kinship import FilingReview, KinshipFiling, StaffRelative
from cases.models.kinship_tie import KinshipTie
from cases.models.materials import Material, ProxyMandate
from cases.models.medical import MedicalContract, NursingInsurance
from cases.models.notice_sheet import NoticeSheet
from cases.models.person import Person
from cases.models.recovery import RecoveryProposal
from cases.models.referral import Referral, ReferralBatch
from cases.models.relief import Relief
from cases.models.report import SelfReport
from cases.models.review import LifeEvent, ReviewTask, ReviewVisit
from cases.models.simulation import SimulatedChange
from cases.models.snapshot import BenefitSnapshot
from cases.models.special import SpecialDeliberation
from cases.models.survey_image import ReviewImage, SurveyImage
from cases.models.visits import CareVisit
from cases.models.work import WorkOffer

__all__ = [
    "Application",
    "ArchiveBundle",
    "ArchivedMatter",
    "Assessment",
    "Authorisation",
    "Benefit",
    "BenefitSnapshot",
    "BenefitTerm",
    "CareAgreement",
    "CareAssessment",
    "CareVisit",
    "CareWish",
    "Caregiver",
    "CaseArchive",
    "CertificateReview",
    "ChangeOrder",
    "ChangePerson",
    "CheckExchange",
    "CheckRequest",
    "CheckResult",
    "CheckedPerson",
    "CollectiveDecision",
    "Complaint",
    "Declaration",
    "DemocraticReview",
    "Discovery",
    "DutyBearer",
    "EmergencyMode",
    "FilingReview",
    "GroupEntry",
    "GroupList",
    "GroupRound",
    "Hold",
    "Household",
    "Institution",
    "Insurance",
    "InsuranceBatch",
    "KinshipFiling",
    "KinshipTie",
    "LifeEvent",
    "ListedPerson",
    "Material",
    "MedicalContract",
    "Member",
    "MonitorBatch",
    "MonitoredPerson",
    "MonitoringAlert",
    "MonthlyCycle",
    "Notice",
    "NoticeSheet",
    "NursingInsurance",
    "Objection",
    "OrphanTag",
    "PayAccount",
    "Person",
    "ProxyMandate",
    "RecoveryProposal",
    "Referral",
    "ReferralBatch",
    "Relief",
    "ReportedChange",
    "Residence",
    "ReviewImage",
    "ReviewTask",
    "ReviewVisit",
    "SelfReport",
    "SheetBook",
    "SimulatedChange",
    "SpecialDeliberation",
    "StaffRelative",
    "StandardAdjustment",
    "SupportCertificate",
    "Survey",
    "SurveyImage",
    "Surveyor",
    "TermMember",
    "VillageAttestation",
    "WorkOffer",
]
