package dev.roundelay.sdk;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.roundelay.contract.Page;
import dev.roundelay.contract.account.Accounts;
import java.util.List;

/// The API keys of a signed-in user.
public final class Keys {
    private final Transport transport;

    Keys(Transport transport) {
        this.transport = transport;
    }

    /// Reads the keys, without their secrets.
    public List<Accounts.ApiKey> list() {
        Call call = Call.of("GET", "/api-keys").query("limit", Page.MAX_LIMIT);
        return transport
                .json(call, new TypeReference<Page<Accounts.ApiKey>>() {})
                .items();
    }

    /// Mints a key; its secret is in this answer only.
    public Accounts.ApiKey create(String name) {
        Call call = Transport.withJson(Call.of("POST", "/api-keys"), new Accounts.NewApiKey(name));
        return transport.json(call, new TypeReference<>() {});
    }

    /// Revokes a key; it stops working at once.
    public void revoke(String id) {
        transport.send(Call.of("DELETE", "/api-keys/" + Roundelay.segment(id)));
    }
}
