-- What jobs tell people: log lines, metric points, warnings. All take their seq from job_counter.

create table job_log (
    job_id text not null references job (id) on delete cascade,
    seq bigint not null,
    time timestamptz not null,
    site text,
    source text not null,
    level text not null,
    round integer,
    attempt integer,
    message text not null,
    primary key (job_id, seq)
);
create index job_log_by_site on job_log (job_id, site, seq);

create table job_metric (
    job_id text not null references job (id) on delete cascade,
    seq bigint not null,
    time timestamptz not null,
    name text not null,
    site text,
    round integer,
    step bigint,
    value double precision not null,
    primary key (job_id, seq)
);
-- A series has one value for each round and step: a re-run step replaces it.
create unique index job_metric_series on job_metric (job_id, name, site, round, step) nulls not distinct;

-- How many names and points a job has, so that its limits cost no count over its points.
create table job_metric_name (
    job_id text not null references job (id) on delete cascade,
    name text not null,
    points integer not null,
    primary key (job_id, name)
);

create table job_warning (
    job_id text not null references job (id) on delete cascade,
    seq bigint not null,
    code text not null,
    message text not null,
    site text,
    round integer,
    count integer not null
);
create unique index job_warning_kind on job_warning (job_id, code, site, round) nulls not distinct;

-- The number of the last report stored of each attempt: lower ones are repeats.
create table job_log_mark (
    job_id text not null references job (id) on delete cascade,
    assignment_id text not null,
    attempt integer not null,
    mark bigint not null,
    primary key (assignment_id, attempt)
);
