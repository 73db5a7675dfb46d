/// The crash-safe blob store over a folder.
///
/// Layout, below the root (`D/blobs`):
/// - `xx/<id>`: a plain blob, exactly its bytes; `xx` = the id's first two characters
/// - `xx/<id>.parts`: a composite: a line of text `<part id> <size>` for each part, then the line `end <crc32c of the
/// text>`
/// - `unfinished/<name>`: what is being written
///
/// A file gets its final name by rename after its bytes were flushed, and the folder is flushed before the write
/// returns:
/// a file under its final name is whole, whatever died when.
@NullMarked
package dev.roundelay.storage.disk;

import org.jspecify.annotations.NullMarked;
