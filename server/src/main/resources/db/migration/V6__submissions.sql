-- What a submit found out beside the job itself, and the keys that make a repeated submit harmless.

create table job_submission (
    job_id text primary key references job (id) on delete cascade,
    owner_id text not null,
    idempotency_key text,
    requirements text[] not null,
    created_at timestamptz not null default now()
);
create unique index job_submission_key on job_submission (owner_id, idempotency_key) where idempotency_key is not null;

-- Join tokens of workers and the secrets that they were exchanged for: SHA-256 of 256-bit random values.
create table worker_token (
    id text primary key,
    owner_id text not null,
    name text,
    reusable boolean not null,
    secret_sha256 bytea not null unique,
    created_at timestamptz not null,
    expires_at timestamptz,
    used_at timestamptz
);
create index worker_token_by_owner on worker_token (owner_id, created_at desc);

create table worker_secret (
    worker_id text primary key references worker (id) on delete cascade,
    secret_sha256 bytea not null unique,
    join_key text,
    token_id text not null,
    synced boolean not null default false
);
create unique index worker_secret_join on worker_secret (token_id, join_key) where join_key is not null;
