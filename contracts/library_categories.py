"""What library clauses are about: the 41 categories of CUAD, and those that service contracts need besides."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ClauseCategory(models.TextChoices):
    """The first 41 are those of the Contract Understanding Atticus Dataset v1 (The Atticus Project, CC BY 4.0)."""

    DOCUMENT_NAME = "document_name", _("Document name")
    PARTIES = "parties", _("Parties")
    AGREEMENT_DATE = "agreement_date", _("Agreement date")
    EFFECTIVE_DATE = "effective_date", _("Effective date")
    EXPIRATION_DATE = "expiration_date", _("Expiration date")
    RENEWAL_TERM = "renewal_term", _("Renewal term")
    RENEWAL_NOTICE = "notice_period_to_terminate_renewal", _("Notice period to terminate renewal")
    GOVERNING_LAW = "governing_law", _("Governing law")
    MOST_FAVORED_NATION = "most_favored_nation", _("Most favoured nation")
    COMPETITIVE_EXCEPTION = "competitive_restriction_exception", _("Competitive restriction exception")
    NON_COMPETE = "non_compete", _("Non-compete")
    EXCLUSIVITY = "exclusivity", _("Exclusivity")
    NO_SOLICIT_CUSTOMERS = "no_solicit_of_customers", _("No solicitation of customers")
    NO_SOLICIT_EMPLOYEES = "no_solicit_of_employees", _("No solicitation of employees")
    NON_DISPARAGEMENT = "non_disparagement", _("Non-disparagement")
    TERMINATION_FOR_CONVENIENCE = "termination_for_convenience", _("Termination for convenience")
    FIRST_REFUSAL = "rofr_rofo_rofn", _("Right of first refusal, offer or negotiation")
    CHANGE_OF_CONTROL = "change_of_control", _("Change of control")
    ANTI_ASSIGNMENT = "anti_assignment", _("Anti-assignment")
    REVENUE_SHARING = "revenue_profit_sharing", _("Revenue or profit sharing")
    PRICE_RESTRICTIONS = "price_restrictions", _("Price restrictions")
    MINIMUM_COMMITMENT = "minimum_commitment", _("Minimum commitment")
    VOLUME_RESTRICTION = "volume_restriction", _("Volume restriction")
    IP_ASSIGNMENT = "ip_ownership_assignment", _("Assignment of intellectual property")
    JOINT_IP = "joint_ip_ownership", _("Joint intellectual property")
    LICENSE_GRANT = "license_grant", _("License grant")
    NON_TRANSFERABLE_LICENSE = "non_transferable_license", _("Non-transferable license")
    AFFILIATE_LICENSOR = "affiliate_license_licensor", _("License of the licensor's affiliates")
    AFFILIATE_LICENSEE = "affiliate_license_licensee", _("License to the licensee's affiliates")
    UNLIMITED_LICENSE = "unlimited_license", _("Unlimited license")
    PERPETUAL_LICENSE = "irrevocable_or_perpetual_license", _("Irrevocable or perpetual license")
    SOURCE_CODE_ESCROW = "source_code_escrow", _("Source code escrow")
    POST_TERMINATION = "post_termination_services", _("Post-termination services")
    AUDIT_RIGHTS = "audit_rights", _("Audit rights")
    UNCAPPED_LIABILITY = "uncapped_liability", _("Uncapped liability")
    CAP_ON_LIABILITY = "cap_on_liability", _("Cap on liability")
    LIQUIDATED_DAMAGES = "liquidated_damages", _("Liquidated damages")
    WARRANTY_DURATION = "warranty_duration", _("Warranty duration")
    INSURANCE = "insurance", _("Insurance")
    COVENANT_NOT_TO_SUE = "covenant_not_to_sue", _("Covenant not to sue")
    THIRD_PARTY_BENEFICIARY = "third_party_beneficiary", _("Third-party beneficiary")
    SERVICE_LEVEL = "service_level", _("Service level")
    SERVICE_CREDITS = "service_credits", _("Service credits")
    SUPPORT = "support", _("Support and maintenance")
    DATA_PROTECTION = "data_protection", _("Data protection")
    SECURITY = "security", _("Security")
    CONFIDENTIALITY = "confidentiality", _("Confidentiality")
    INDEMNIFICATION = "indemnification", _("Indemnification")
    WARRANTY = "warranty", _("Warranty and disclaimer")
    TERMINATION = "termination", _("Termination for cause")
    PAYMENT = "payment", _("Payment and taxes")
    FORCE_MAJEURE = "force_majeure", _("Force majeure")
    GENERAL = "general", _("General terms")


CUAD = frozenset(list(ClauseCategory.values)[:41])
