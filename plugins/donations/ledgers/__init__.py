"""The plugin's ledgers."""

from plugins.donations.ledgers.certificates import CERTIFICATES
from plugins.donations.ledgers.gifts import GIFTS
from plugins.donations.ledgers.needs import NEEDS, PLEDGES
from plugins.donations.ledgers.others import APPEALS, CONSUMPTIONS, CONTRIBUTIONS

LEDGERS = [GIFTS, CERTIFICATES, NEEDS, PLEDGES, CONSUMPTIONS, CONTRIBUTIONS, APPEALS]
