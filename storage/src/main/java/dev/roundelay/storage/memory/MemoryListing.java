package dev.roundelay.storage.memory;

import dev.roundelay.storage.ListQuery;
import dev.roundelay.storage.Listing;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.StoredObject;
import java.util.ArrayList;
import java.util.NavigableMap;

/// Lists one page of a sorted map.
final class MemoryListing {
    private final ListQuery query;
    private final ArrayList<StoredObject> objects = new ArrayList<>();
    private final ArrayList<String> commonPrefixes = new ArrayList<>();
    private String last = "";

    MemoryListing(ListQuery query) {
        this.query = query;
    }

    Listing list(NavigableMap<ObjectKey, StoredObject> all) {
        String skipped = query.finishedPrefix();
        for (StoredObject object : all.values()) {
            String key = object.key().value();
            if (!key.startsWith(query.prefix())
                    || ObjectKey.compareBytes(key, query.after()) <= 0
                    || isIn(skipped, key)
                    || isInLastPrefix(key)) {
                continue;
            }
            if (objects.size() + commonPrefixes.size() == query.limit()) {
                return new Listing(objects, commonPrefixes, last);
            }
            add(object, query.commonPrefixOf(key));
        }
        return new Listing(objects, commonPrefixes, "");
    }

    private static boolean isIn(String folder, String key) {
        return !folder.isEmpty() && key.startsWith(folder);
    }

    private boolean isInLastPrefix(String key) {
        return !commonPrefixes.isEmpty() && key.startsWith(commonPrefixes.getLast());
    }

    private void add(StoredObject object, String commonPrefix) {
        if (commonPrefix.isEmpty()) {
            objects.add(object);
            last = object.key().value();
        } else {
            commonPrefixes.add(commonPrefix);
            last = commonPrefix;
        }
    }
}
