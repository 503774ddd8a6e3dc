"""The two pluggy markers; plugin authors import `hookimpl` from here."""

import pluggy

PROJECT = "bangfu"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
