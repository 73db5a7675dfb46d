-- Who may do what, and which server is the active one.

-- One row. Raised by each take-over, locked (for share) by every write of the kernel and of the federation. It is not
-- touched by renewals, so that those writes and the renewals never wait for each other.
create table server_epoch (
    singleton boolean primary key default true check (singleton),
    epoch bigint not null,
    holder text not null,
    taken_at timestamptz not null
);
insert into server_epoch (epoch, holder, taken_at) values (0, '', now());

-- One row, renewed each second by the active server. Others compare the count on their own clocks; the time is for people.
create table server_renewal (
    singleton boolean primary key default true check (singleton),
    count bigint not null,
    renewed_at timestamptz not null
);
insert into server_renewal (count, renewed_at) values (0, now());

create table server_setting (
    name text primary key,
    value text not null
);

create table app_user (
    id text primary key,
    email text not null,
    password_hash text not null,
    role text not null check (role in ('admin', 'user')),
    disabled boolean not null default false,
    created_at timestamptz not null
);
create unique index app_user_email on app_user (lower(email));

create table api_key (
    id text primary key,
    user_id text not null references app_user (id) on delete cascade,
    name text not null,
    prefix text not null,
    secret_sha256 bytea not null unique,
    created_at timestamptz not null,
    last_used_at timestamptz
);
create index api_key_by_user on api_key (user_id, created_at desc);

create table user_session (
    id_sha256 bytea primary key,
    user_id text not null references app_user (id) on delete cascade,
    csrf_token text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index user_session_by_user on user_session (user_id);
create index user_session_by_expiry on user_session (expires_at);

-- The access key of each user's bucket; its secret is derived from server.key and this id, and stored nowhere.
create table bucket_key (
    user_id text primary key references app_user (id) on delete cascade,
    access_key_id text not null unique,
    created_at timestamptz not null
);

-- Answers of creating calls, so that a repeated call gets the same one. No answer yet means the call is being served.
create table idempotency_key (
    user_id text not null references app_user (id) on delete cascade,
    key text not null,
    request_sha256 bytea not null,
    status integer,
    content_type text,
    body bytea,
    created_at timestamptz not null,
    primary key (user_id, key)
);
create index idempotency_key_by_age on idempotency_key (created_at);

create table audit_entry (
    id bigint generated always as identity primary key,
    time timestamptz not null,
    user_id text,
    actor text not null,
    action text not null,
    target text not null,
    address text
);
create index audit_entry_by_user on audit_entry (user_id, id desc);
