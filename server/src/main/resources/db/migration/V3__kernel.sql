-- Jobs, workers, assignments. The kernel of the active server holds in memory what lives; these rows are what it commits.

create table job (
    id text primary key,
    owner_id text not null,
    name text not null,
    slug text not null,
    state text not null check (state in ('PENDING', 'RUNNING', 'FINISHED', 'FAILED', 'CANCELLED')),
    phase text check (phase in ('queued', 'preparing', 'training', 'recovering', 'finalizing', 'stopping')),
    phase_since timestamptz not null,
    shards integer not null,
    -- {"workers": [...]} or {"auto": {...}}
    selection jsonb not null,
    min_clients integer not null,
    continue_on_site_error boolean not null,
    queue_timeout_ms bigint not null,
    prepare_timeout_ms bigint not null,
    recovery_timeout_ms bigint not null,
    max_duration_ms bigint,
    max_attempts integer not null,
    priority integer not null,
    created_at timestamptz not null,
    started_at timestamptz,
    ended_at timestamptz,
    -- how it is about to end early: 'cancelled', with the actor, or 'failed', with the failure
    ending text check (ending in ('cancelled', 'failed')),
    ending_actor text,
    failure jsonb,
    cancel_requested boolean not null,
    parent_id text,
    dataset text,
    environment_key text,
    dropped integer[] not null,
    note text not null,
    tags text[] not null,
    -- what a search looks at, in lower case and cut, so that lists are answered from an index alone
    search text not null,
    check ((phase is null) = (state in ('FINISHED', 'FAILED', 'CANCELLED')))
);
create index job_by_owner on job (owner_id, created_at desc, id desc) include (state, search);
create index job_by_age on job (created_at desc, id desc) include (state, search);
create unique index job_live_slug on job (owner_id, slug) where state in ('PENDING', 'RUNNING');

-- Kept apart, so that neither a list nor a change of state reads or rewrites it.
create table job_spec (
    job_id text primary key references job (id) on delete cascade,
    spec text not null
);

-- The last number given in a job's order of log lines, metrics and events; its row is what writers of a job take turns by.
create table job_counter (
    job_id text primary key references job (id) on delete cascade,
    seq bigint not null
);

create table job_transition (
    job_id text not null references job (id) on delete cascade,
    seq bigint not null,
    time timestamptz not null,
    from_state text,
    to_state text not null,
    phase text,
    reason text,
    actor text not null,
    primary key (job_id, seq)
);

create table job_event (
    job_id text not null references job (id) on delete cascade,
    seq bigint not null,
    time timestamptz not null,
    kind text not null,
    data jsonb not null,
    primary key (job_id, seq)
);

create table worker (
    id text primary key,
    name text not null,
    owner_id text not null,
    shared boolean not null,
    state text not null check (state in ('online', 'draining', 'offline', 'removed')),
    drain boolean not null,
    instance_id text,
    former_instances text[] not null,
    slots integer not null,
    device text not null,
    model text not null,
    memory_mb bigint not null,
    labels jsonb not null,
    datasets text[] not null,
    versions jsonb not null,
    allowed_users text[] not null,
    environment_keys text[] not null,
    price_per_gpu_hour_cents integer not null,
    owner_labels jsonb not null,
    platform_failures integer not null,
    quarantine text,
    created_at timestamptz not null,
    last_seen_at timestamptz not null
);
create unique index worker_name on worker (owner_id, name) where state <> 'removed';

create table assignment (
    id text primary key,
    job_id text not null references job (id) on delete cascade,
    shard integer not null,
    worker_id text not null references worker (id),
    attempt integer not null,
    fence text not null unique,
    state text not null
        check (state in ('offered', 'preparing', 'ready', 'done', 'lost', 'failed', 'stopped')),
    strikes integer not null,
    stopping boolean not null,
    validates boolean,
    last_log bigint not null,
    offered_at timestamptz not null,
    ended_at timestamptz,
    failure jsonb,
    leased_until timestamptz,
    unique (job_id, shard, attempt)
);
-- One live lease for each shard, whatever happens.
create unique index assignment_live on assignment (job_id, shard) where state in ('offered', 'preparing', 'ready');
create index assignment_of_worker on assignment (worker_id) where state in ('offered', 'preparing', 'ready');
