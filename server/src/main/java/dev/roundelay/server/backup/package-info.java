/// Backups of a whole server, their way back, and checks of what is stored.
///
/// A backup is a folder that stands for itself:
/// - `backup.json`: what is in it and the checksums of the other files ([BackupManifest]); a folder without one is no
///   backup
/// - `rows.zip`: all rows of one moment, a CSV for each table
/// - `blobs.txt`: a line `<id> <size> <crc32c> <plain|composite>` for each blob that those rows name, by id
/// - `blobs/xx/<id>`: their bytes, laid out as in a data folder
/// - `server.key`, `credentials.env`, `ports`, `workers/*/worker.json`: what else a server goes on with
///
/// While it is being written its name ends with `.unfinished`.
@NullMarked
package dev.roundelay.server.backup;

import org.jspecify.annotations.NullMarked;
