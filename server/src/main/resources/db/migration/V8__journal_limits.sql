-- How much a job's sites have reported, so that it can be bounded in the row that writers of the job lock anyway.
alter table job_counter
    add column log_characters bigint not null default 0,
    add column points bigint not null default 0;

update job_counter set
    log_characters = (select coalesce(sum(length(message)), 0) from job_log where job_log.job_id = job_counter.job_id),
    points = (select coalesce(sum(points), 0) from job_metric_name where job_metric_name.job_id = job_counter.job_id);

-- Counted in the job's own row now: an update of the name's row for each point was a write too many.
alter table job_metric_name drop column points;
