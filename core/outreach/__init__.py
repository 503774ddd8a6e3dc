"""政策宣讲: campaigns by several channels, and messages to guardians with a record of each."""
