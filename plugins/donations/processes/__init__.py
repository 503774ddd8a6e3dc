"""The processes of the plugin: how certificates, needs and pledges go from hand to hand."""

from plugins.donations.processes.certificates import CERTIFICATE

PROCESSES = [CERTIFICATE]
