"""The tables of the plugin, by what they are about."""

from plugins.donations.models.campaigns import Appeal, Campaign, Project
from plugins.donations.models.certificates import Certificate, CertificateClaim, CertificateSeries, Seal
from plugins.donations.models.gifts import Consumption, Contribution, Contributor, Gift
from plugins.donations.models.needs import Need, Pledge
from plugins.donations.models.spendings import Moved, Order, Photo, Spending

__all__ = ["Appeal", "Campaign", "Certificate", "CertificateClaim", "CertificateSeries", "Consumption", "Contribution",
           "Contributor", "Gift", "Moved", "Need", "Order", "Photo", "Pledge", "Project", "Seal", "Spending"]
