"""The processes of the plugin: how certificates, needs and pledges go from hand to hand."""

from plugins.donations.processes.certificates import CERTIFICATE
from plugins.donations.processes.needs import NEED, PLEDGE

PROCESSES = [CERTIFICATE, NEED, PLEDGE]
