"""The way in for plugins: open and withdraw notices, ask whether one is finished, start and stop duty clocks."""

from core.publicity.queries import Finish, clock_spec, finished, is_published, missing, notice_spec
from core.publicity.rules.files import Attachment
from core.publicity.services.clocks import drop_clock, meet_clock, start_clock
from core.publicity.services.ending import close_due, withdraw
from core.publicity.services.objecting import answer_objection, object_to
from core.publicity.services.opening import LeakFound, open_notice
from core.publicity.services.stamping import touch_public

__all__ = ["Attachment", "Finish", "LeakFound", "answer_objection", "clock_spec", "close_due", "drop_clock", "finished",
           "is_published", "meet_clock", "missing", "notice_spec", "object_to", "open_notice", "start_clock", "touch_public",
           "withdraw"]
