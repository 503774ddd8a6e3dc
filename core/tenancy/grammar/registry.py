"""Which sections a profile may have: core's own and those of the installed plugins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.errors import N_
from core.host.contract import SectionSpec
from core.tenancy import values
from core.tenancy.grammar import checks, sections, wording

CORE: tuple[SectionSpec, ...] = (
    SectionSpec("programme", N_("项目"), sections.ProgrammeSchema, describe=wording.programme),
    SectionSpec("plugin", N_("启用的插件"), sections.PluginSchema),
    SectionSpec("committee", N_("领导小组"), sections.CommitteeSchema, check=checks.committees,
                describe=wording.committee),
    SectionSpec("duty", N_("责任分工"), sections.DutySchema, check=checks.duties, describe=wording.duty),
    SectionSpec("phase", N_("时间安排"), sections.PhaseSchema, check=checks.phases, describe=wording.phase),
    SectionSpec("milestone", N_("节点目标"), sections.MilestoneSchema, check=checks.milestones,
                describe=wording.milestone),
    SectionSpec("report", N_("报送期限"), sections.ReportSchema, check=checks.reports, describe=wording.report),
    SectionSpec("meeting", N_("调度会议"), sections.MeetingSchema, describe=wording.meeting),
    SectionSpec("contact", N_("联络员"), sections.ContactSchema, describe=wording.contact),
    SectionSpec("tag", N_("单位名单"), sections.TagSchema, check=checks.tags, describe=wording.tag),
    SectionSpec("value", N_("参数"), sections.ValueSchema, check=checks.values, comparable=values.comparable,
                describe=values.describe),
    SectionSpec("stage", N_("学段用语"), sections.StageSchema, describe=wording.stage),
)


@dataclass(frozen=True)
class Grammar:
    """The sections a profile may have, and what is known of plugins.

    `requires` has a line for every installed plugin. `programmes` are the codes of the national base with
    their titles; where nothing is known of them, any code is taken.
    """

    sections: Mapping[str, SectionSpec]
    requires: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    programmes: Mapping[str, str] = field(default_factory=dict)

    def title(self, section: str) -> str:
        """What officials call a section; the bare name where its plugin is not installed."""
        spec = self.sections.get(section)
        return spec.title if spec else section


def grammar(
    specs: Iterable[SectionSpec] = (),
    requires: Mapping[str, tuple[str, ...]] | None = None,
    programmes: Mapping[str, str] | None = None,
) -> Grammar:
    """Core's sections with those of the installed plugins."""
    found = {spec.section: spec for spec in CORE}
    found.update({spec.section: spec for spec in specs})
    return Grammar(found, requires or {}, programmes or {})
