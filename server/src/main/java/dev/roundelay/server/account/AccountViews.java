package dev.roundelay.server.account;

import dev.roundelay.contract.account.Accounts;
import dev.roundelay.storage.Bucket;
import dev.roundelay.storage.BucketIndex;
import dev.roundelay.storage.OwnerId;
import org.jspecify.annotations.Nullable;

/// Users as callers see them.
public final class AccountViews {
    private final BucketIndex index;

    public AccountViews(BucketIndex index) {
        this.index = index;
    }

    /// Returns a user.
    ///
    /// @param password only in the answer that generated it
    Accounts.User user(JdbcAccounts.Account account, @Nullable String password) {
        return new Accounts.User(
                account.id().value(),
                account.email(),
                account.admin() ? "admin" : "user",
                account.disabled(),
                index.findBucketOf(new OwnerId(account.id().value()))
                        .map(Bucket::quotaBytes)
                        .orElse(0L),
                account.createdAt(),
                password);
    }
}
