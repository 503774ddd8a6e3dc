"""Files and archive folders: what a record rests on, kept sealed, shown within scope, each look on the trail.

A file is stored once for a tenant under its content's hash, encrypted with a key of its own, on local disk or in
S3. Photographs are shown without their EXIF; where and when they were taken is kept apart.
"""
