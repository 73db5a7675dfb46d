-- What is needed to send an ended job again.

-- ETag of each shard and of the warm start, by key: they are let go when the job ends, and must be the same again.
alter table job_submission add column inputs jsonb;
-- Number of the parent's global model from which the job goes on; null for a fresh start.
alter table job_submission add column origin_model integer;
