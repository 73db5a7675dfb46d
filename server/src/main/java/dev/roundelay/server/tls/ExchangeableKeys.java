package dev.roundelay.server.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// What a server shows in its handshakes, exchanged without a restart: connections that are open go on with the former
/// certificate. Thread-safe.
final class ExchangeableKeys extends X509ExtendedKeyManager {
    private volatile List<Identity> known = List.of();

    /// A chain, the server's own certificate first, and its key.
    ///
    /// @param alias another one for each certificate
    record Identity(String alias, List<X509Certificate> chain, PrivateKey key) {}

    /// Shows it from now on; returns false if it is the one that was shown.
    boolean show(Identity identity) {
        List<Identity> before = known;
        if (!before.isEmpty() && before.getFirst().alias().equals(identity.alias())) {
            return false;
        }
        // A handshake asks for alias, chain and key one after the other: the former one has to be there until it ends.
        known = before.isEmpty() ? List.of(identity) : List.of(identity, before.getFirst());
        return true;
    }

    private @Nullable Identity find(String alias) {
        return known.stream()
                .filter(identity -> identity.alias().equals(alias))
                .findFirst()
                .orElse(null);
    }

    private @Nullable String alias(String keyType) {
        return keyType.startsWith("EC") ? known.getFirst().alias() : null;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return alias(keyType);
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return alias(keyType);
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        String alias = alias(keyType);
        return alias == null ? null : new String[] {alias};
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        Identity identity = find(alias);
        return identity == null ? null : identity.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        Identity identity = find(alias);
        return identity == null ? null : identity.key();
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}
