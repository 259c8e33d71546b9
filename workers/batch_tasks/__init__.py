"""A Celery worker that submits one job of AWS Batch for each task, and reports the job's end as the task's result."""
