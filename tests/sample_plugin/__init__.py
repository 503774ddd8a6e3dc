"""示例走访: a complete plugin that proves every hook; no programme, no law behind it."""
