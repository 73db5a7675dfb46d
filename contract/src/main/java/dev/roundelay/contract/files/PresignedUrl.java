package dev.roundelay.contract.files;

import java.time.Instant;

/// `GET /files/url`.
public record PresignedUrl(String url, Instant expiresAt) {}
