"""示例补充: a second plugin that adds a card and needs `sample`."""
