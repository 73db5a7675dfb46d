-- What the buckets hold. Every text that lists or ranges compare has the collation "C": byte order, as S3 lists keys.

-- One row a user: also the account of the quota. Its row is locked by every change of the bucket.
create table bucket (
    name text collate "C" primary key,
    owner_id text not null unique,
    quota_bytes bigint not null check (quota_bytes >= 0),
    used_bytes bigint not null default 0 check (used_bytes >= 0),
    reserved_bytes bigint not null default 0 check (reserved_bytes >= 0),
    created_at timestamptz not null
);

-- One row a blob that something refers to. refs counts the rows of bucket_object, upload_part, snapshot_entry and blob_part
-- that name it; they have no foreign keys to here, so that a delete of a million objects stays one of a million, and the
-- contract suite holds the counts instead. A blob with no references becomes garbage before its transaction ends.
create table blob (
    id text collate "C" primary key,
    bucket text collate "C" not null references bucket (name),
    size_bytes bigint not null check (size_bytes >= 0),
    charged_bytes bigint not null check (charged_bytes >= 0),
    crc32c bigint not null,
    refs integer not null check (refs >= 0),
    created_at timestamptz not null
);
create index blob_without_references on blob (bucket) where refs = 0;
create index blob_by_bucket on blob (bucket);

-- The parts of a composite blob, in order. They are charged, the composite is not.
create table blob_part (
    blob text collate "C" not null references blob (id) on delete cascade,
    position integer not null,
    part text collate "C" not null,
    primary key (blob, position)
);

create table bucket_object (
    bucket text collate "C" not null references bucket (name),
    key text collate "C" not null,
    blob text collate "C" not null,
    size_bytes bigint not null,
    etag text not null,
    content_type text not null,
    headers jsonb not null,
    metadata jsonb not null,
    modified_at timestamptz not null,
    primary key (bucket, key)
);

create table upload (
    id text primary key,
    bucket text collate "C" not null references bucket (name),
    key text collate "C" not null,
    content_type text not null,
    headers jsonb not null,
    metadata jsonb not null,
    created_at timestamptz not null,
    completed_at timestamptz
);
create index upload_open on upload (bucket, key, created_at) where completed_at is null;
create index upload_completed on upload (completed_at) where completed_at is not null;

create table upload_part (
    upload text not null references upload (id) on delete cascade,
    number integer not null check (number between 1 and 10000),
    blob text collate "C" not null,
    size_bytes bigint not null,
    etag text not null,
    modified_at timestamptz not null,
    primary key (upload, number)
);

create table snapshot_entry (
    snapshot text not null,
    key text collate "C" not null,
    bucket text collate "C" not null references bucket (name),
    blob text collate "C" not null,
    size_bytes bigint not null,
    etag text not null,
    primary key (snapshot, key)
);

create table reservation (
    id text primary key,
    bucket text collate "C" not null references bucket (name),
    bytes bigint not null check (bytes >= 0)
);

-- Blobs whose bytes are yet to be deleted.
create table garbage (
    blob text collate "C" primary key,
    since timestamptz not null
);
create index garbage_by_age on garbage (since);
