-- Who may do what, and which server is the active one.

-- One row: the epoch of the active server, raised at each take-over. Every write of kernel and federation names it.
create table server_epoch (
    one boolean primary key default true check (one),
    epoch bigint not null,
    holder text not null,
    renewed_at timestamptz not null
);
insert into server_epoch (epoch, holder, renewed_at) values (0, '', now());

create table app_user (
    id text primary key,
    email text not null,
    role text not null check (role in ('admin', 'user')),
    disabled boolean not null default false,
    password_hash text not null,
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
create index api_key_by_user on api_key (user_id);

create table user_session (
    id_sha256 bytea primary key,
    user_id text not null references app_user (id) on delete cascade,
    csrf_token text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null
);

-- The access key of each user's bucket; its secret is derived from server.key and this id, and stored nowhere.
create table bucket_key (
    user_id text primary key references app_user (id) on delete cascade,
    access_key_id text not null unique,
    created_at timestamptz not null
);

create table audit (
    id bigint generated always as identity primary key,
    time timestamptz not null,
    user_id text,
    actor text not null,
    action text not null,
    target text not null,
    address text
);

create table idempotency (
    user_id text not null,
    key text not null,
    route text not null,
    status integer not null,
    body text not null,
    created_at timestamptz not null,
    primary key (user_id, key, route)
);
