//! What certificates tell of themselves, as metrics: one row each.

use admin::CertificateEnd;

use super::rows::Row;

pub(super) const ROWS: &[Row<Vec<CertificateEnd>>] = &[(
    "cairn_tls_certificate_not_after_seconds",
    "Until when all certificates are good, in seconds since 1970; 0 without TLS",
    |ends| ends.iter().map(|end| end.not_after).min().unwrap_or(0),
)];
