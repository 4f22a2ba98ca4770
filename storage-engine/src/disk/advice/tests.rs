use super::*;

#[test]
fn what_can_be_done_is_said_beside_what_happened() {
    for (code, advice) in [
        (libc::EROFS, "remount,rw"),
        (libc::EACCES, "chown"),
        (libc::ENOSPC, "df -i"),
        (libc::EDQUOT, "df -i"),
        (libc::EWOULDBLOCK, "stop it"),
    ] {
        let error = io::Error::from_raw_os_error(code);
        let text = with_advice(&error);
        assert!(text.starts_with(&error.to_string()), "{text}");
        assert!(text.contains(advice), "{text}");
    }
    let unknown = io::Error::from_raw_os_error(libc::EIO);
    assert_eq!(with_advice(&unknown), unknown.to_string());
}
