"""Rules tested with their own examples, through the same pipeline that scans."""
