"""Orchestration only: assets, jobs and schedules around the steps of `cin7_pipeline.pipeline`.

No SQL, no HTTP and no business rule belongs here.
"""
