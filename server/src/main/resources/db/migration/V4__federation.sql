-- Runs: the rounds of jobs, what they collected, and the models that they made. Every row dies with its job.

-- What is true of a run as a whole.
create table run (
    job_id text primary key references job (id) on delete cascade,
    -- 'jobs/<slug>/', or where a later job on the slug has moved them; null before the first output
    output_prefix text,
    -- the model with which the run ends earlier than its specification says
    last_model integer
);

-- Which job's outputs lie at a slug; it outlives the job, so that a later one can tell its own from them.
create table output_claim (
    bucket text collate "C" not null,
    slug text not null,
    job_id text not null,
    primary key (bucket, slug)
);

-- Kept global models: the weights after `number` rounds, and the strategy's state that goes with them.
create table global_model (
    job_id text not null references job (id) on delete cascade,
    number integer not null check (number >= 0),
    weights_blob text collate "C" not null,
    weights_bytes bigint not null,
    weights_crc32c bigint not null,
    weights_etag text not null,
    state_blob text collate "C",
    state_bytes bigint,
    state_crc32c bigint,
    state_etag text,
    primary key (job_id, number)
);

create table round (
    job_id text not null references job (id) on delete cascade,
    number integer not null check (number >= 0),
    state text not null check (state in ('open', 'closed', 'committed', 'abandoned')),
    opened_at timestamptz not null,
    closed_at timestamptz,
    committed_at timestamptz,
    -- fixed by the close, ascending; empty before
    members integer[] not null,
    samples bigint not null,
    metrics jsonb not null,
    primary key (job_id, number)
);
-- One current round for each job, whatever happens.
create unique index round_current on round (job_id) where state in ('open', 'closed');

-- An accepted update: the primary key is why it counts once.
create table contribution (
    job_id text not null,
    round integer not null,
    shard integer not null,
    assignment_id text not null,
    attempt integer not null,
    worker_id text not null,
    -- whose disk holds the spooled file, and its name there
    server text not null,
    file text not null,
    size_bytes bigint not null,
    crc32c bigint not null,
    samples bigint not null check (samples >= 0),
    seconds double precision not null,
    started_at timestamptz not null,
    received_at timestamptz not null,
    metrics jsonb not null,
    primary key (job_id, round, shard),
    foreign key (job_id, round) references round (job_id, number) on delete cascade
);

-- How often an accepted update was lost and asked for again.
create table contribution_loss (
    job_id text not null,
    round integer not null,
    shard integer not null,
    times integer not null,
    primary key (job_id, round, shard),
    foreign key (job_id, round) references round (job_id, number) on delete cascade
);

-- What a shard measured of a model; it belongs to round `model - 1`, which made it.
create table validation (
    job_id text not null references job (id) on delete cascade,
    model integer not null,
    shard integer not null,
    samples bigint not null,
    seconds double precision not null,
    received_at timestamptz not null,
    metrics jsonb not null,
    primary key (job_id, model, shard)
);

-- Files that a site wrote in a round that is not committed yet.
create table staged_file (
    job_id text not null references job (id) on delete cascade,
    round integer not null,
    assignment_id text not null,
    path text collate "C" not null,
    shard integer not null,
    blob text collate "C" not null,
    size_bytes bigint not null,
    crc32c bigint not null,
    etag text not null,
    primary key (job_id, round, assignment_id, path)
);
