//! Every bound of the listener, with its unit in the name. An attacker meets a number.

use std::time::Duration;

/// A drive that files of 256 MiB and a reserve of 512 leave room on. Smaller ones work until much has
/// been deleted.
pub(crate) const DRIVE_BYTES_MIN: u64 = 4 << 30;

/// Connections to the console served at once, beside those that are configured.
pub(crate) const CONSOLE_CONNECTIONS_MAX: usize = 1024;
/// Of them by one address, unless that is a proxy that is trusted. Browsers have six, and one for
/// each page that is open.
pub(crate) const CONSOLE_CONNECTIONS_OF_ADDRESS_MAX: usize = 256;
/// Descriptors left to the engine and the process when connections are bounded by their number.
pub(crate) const DESCRIPTORS_RESERVED: u64 = 1024;
/// Request line and headers together, in bytes.
pub(crate) const REQUEST_HEAD_BYTES_MAX: usize = 32 << 10;
/// What one connection buffers of what it has read and not yet handed on, in bytes.
pub(crate) const READ_BUFFER_BYTES_MAX: usize = 128 << 10;

/// From the first wait for a request, idle time included, until its head is complete.
pub(crate) const HEAD_WAIT_MAX: Duration = Duration::from_secs(60);
/// Longest wait for more of a request's body, or for a client to take more of an answer.
pub(crate) const PROGRESS_WAIT_MAX: Duration = Duration::from_secs(30);
/// A peer that only ever trickles must do at least this, in bytes a second, over time.
pub(crate) const PROGRESS_BYTES_PER_SECOND_MIN: u32 = 1 << 10;

/// After an answer that came before the end of the request, reading goes on this long at most,
/// so that the client finds the answer and not a reset connection.
pub(crate) const LINGER_MAX: Duration = Duration::from_secs(5);
/// And at most for this many bytes.
pub(crate) const LINGER_BYTES_MAX: u64 = 64 << 20;

/// Requests of one connection of HTTP/2 at once.
pub(crate) const HTTP2_STREAMS_MAX: u32 = 64;
/// Of one of them, all headers together, in bytes.
pub(crate) const HTTP2_HEAD_BYTES_MAX: u32 = 32 << 10;
/// What is kept of one answer that its client has not taken yet, in bytes.
pub(crate) const HTTP2_SEND_BYTES_MAX: usize = 256 << 10;
/// After so long without a byte the client is asked whether it is there, and given as long again.
pub(crate) const HTTP2_PING: Duration = Duration::from_secs(20);
/// How often it is looked whether something happens.
pub(crate) const HTTP2_LOOK: Duration = Duration::from_secs(5);

/// Encrypted and not yet taken by the client, on one connection. An answer goes to the system in
/// pieces of this size: with the 64 KiB of rustls, sending 1 MiB costs a quarter more.
pub(crate) const TLS_SEND_BYTES_MAX: usize = 512 << 10;
/// Setting up TLS on a connection.
pub(crate) const TLS_HANDSHAKE_WAIT_MAX: Duration = Duration::from_secs(10);
/// A file with certificates or a key, in bytes.
pub(crate) const TLS_FILE_BYTES_MAX: u64 = 1 << 20;
/// How often those files are looked at for changes.
pub(crate) const TLS_FILES_LOOK: Duration = Duration::from_secs(5);

/// Between two counts of what buckets hold, for metrics.
pub(crate) const USAGE_COUNT_PAUSE: Duration = Duration::from_secs(30);

/// Requests in flight get this long to finish when the server is told to stop.
pub(crate) const SHUTDOWN_WAIT_MAX: Duration = Duration::from_secs(30);
/// Pause after a failed accept (out of descriptors, most likely).
pub(crate) const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A message to a webhook: from the first attempt to connect to the end of the answer.
pub(crate) const WEBHOOK_MAX: Duration = Duration::from_secs(10);
/// Connecting alone.
pub(crate) const WEBHOOK_CONNECT_MAX: Duration = Duration::from_secs(3);
/// How long the rest of an answer is waited for whose status is known.
pub(crate) const WEBHOOK_ANSWER_WAIT_MAX: Duration = Duration::from_secs(1);
/// What is read of an answer, in bytes.
pub(crate) const WEBHOOK_ANSWER_BYTES_MAX: usize = 16 << 10;
/// Connections to one webhook that are kept for the next message, and for how long.
pub(crate) const WEBHOOK_IDLE_CONNECTIONS_MAX: usize = 8;
pub(crate) const WEBHOOK_IDLE_MAX: Duration = Duration::from_secs(30);

/// What a provider of web identities may say in one document, in bytes.
pub(crate) const OIDC_DOCUMENT_BYTES_MAX: usize = 256 << 10;
/// How long one document may take.
pub(crate) const OIDC_WAIT_MAX: Duration = Duration::from_secs(5);
/// How long a provider's keys are good for without asking again.
pub(crate) const OIDC_FRESH_MAX: Duration = Duration::from_secs(3600);
/// Between two times a provider is asked, whatever for.
pub(crate) const OIDC_PAUSE_MIN: Duration = Duration::from_secs(10);
/// Providers whose keys are kept.
pub(crate) const OIDC_PROVIDERS_KEPT_MAX: usize = 1024;

/// Commands served at once through the socket in the data folder.
pub(crate) const ADMIN_SOCKET_CONNECTIONS_MAX: usize = 64;
/// What the address of a socket holds of its path, in bytes: 108 with a zero at its end.
pub(crate) const SOCKET_PATH_BYTES_MAX: usize = 107;
/// How long a command waits for an answer of the admin interface.
pub(crate) const ADMIN_WAIT_MAX: Duration = Duration::from_secs(120);
/// What a command reads of one answer, in bytes.
pub(crate) const ADMIN_ANSWER_BYTES_MAX: usize = 64 << 20;
/// A configuration of a bucket in a file, in bytes.
pub(crate) const DOCUMENT_FILE_BYTES_MAX: u64 = 1 << 20;
/// A password that is read from elsewhere than a terminal, in bytes.
pub(crate) const PASSWORD_LINE_BYTES_MAX: u64 = 4 << 10;

/// A policy document in a file, in bytes.
pub(crate) const POLICY_FILE_BYTES_MAX: u64 = 128 << 10;
/// How long `cairn health` waits for an answer.
pub(crate) const HEALTH_WAIT_MAX: Duration = Duration::from_secs(5);
/// What it reads of one, in bytes.
pub(crate) const HEALTH_ANSWER_BYTES_MAX: usize = 1 << 10;
/// The configuration file, in bytes.
pub(crate) const CONFIG_FILE_BYTES_MAX: u64 = 1 << 20;
/// A file that holds a secret, in bytes.
pub(crate) const SECRET_FILE_BYTES_MAX: u64 = 4 << 10;

/// What the marker of an ephemeral server's folder is read up to, in bytes.
pub(crate) const EPHEMERAL_MARKER_BYTES_MAX: u64 = 1 << 10;
/// How often such a folder is emptied anew in which somebody still writes.
pub(crate) const EPHEMERAL_REMOVE_TRIES_MAX: usize = 4;
/// Of what is in the temporary folder, so much is looked at by one server that starts.
pub(crate) const EPHEMERAL_NEIGHBOURS_MAX: usize = 100_000;
/// Of what killed servers have left there it removes so many.
pub(crate) const EPHEMERAL_LEFT_OVERS_MAX: usize = 64;
