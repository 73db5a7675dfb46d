-- In a simulation one assignment works for many shards, and each of them may write a file of the same name.
alter table staged_file drop constraint staged_file_pkey;
alter table staged_file add primary key (job_id, round, assignment_id, shard, path);
