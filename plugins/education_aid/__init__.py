"""Education aid (学生资助): who is entitled to what, who was paid, who was missed; 教育法 art. 38 and the plans under it."""
