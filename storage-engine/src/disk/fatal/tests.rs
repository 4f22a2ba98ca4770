use super::*;

#[test]
fn codes_of_the_system() {
    let fatal = [
        libc::EIO,
        libc::EROFS,
        libc::EACCES,
        libc::EPERM,
        libc::ENODEV,
        libc::ENXIO,
        libc::EBADF,
        libc::EINVAL,
        libc::ESTALE,
        libc::ETIMEDOUT,
        libc::EREMOTEIO,
        libc::EUCLEAN,
        libc::ENOTCONN,
        9999,
    ];
    let harmless = [
        libc::ENOSPC,
        libc::EDQUOT,
        libc::EFBIG,
        libc::EINTR,
        libc::EAGAIN,
        libc::ENOMEM,
        libc::EMFILE,
        libc::ENFILE,
        libc::ENOENT,
        libc::EEXIST,
    ];
    for code in fatal {
        let error = io::Error::from_raw_os_error(code);
        assert!(is_fatal(&error), "{error}");
    }
    for code in harmless {
        let error = io::Error::from_raw_os_error(code);
        assert!(!is_fatal(&error), "{error}");
    }
}

#[test]
fn errors_without_a_code() {
    use io::ErrorKind::{
        AlreadyExists, InvalidInput, NotFound, Other, PermissionDenied, UnexpectedEof, WriteZero,
    };
    for kind in [Other, WriteZero, PermissionDenied] {
        assert!(is_fatal(&io::Error::new(kind, "text")), "{kind}");
    }
    for kind in [InvalidInput, NotFound, AlreadyExists, UnexpectedEof] {
        assert!(!is_fatal(&io::Error::new(kind, "text")), "{kind}");
    }
}
