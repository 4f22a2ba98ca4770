use super::*;
use rcgen::{CertificateParams, KeyPair, date_time_ymd};

fn made(year: i32) -> Vec<u8> {
    let mut params = CertificateParams::new(vec!["s3.example.com".into()]).unwrap();
    params.not_after = date_time_ymd(year, 2, 3);
    let key = KeyPair::generate().unwrap();
    params.self_signed(&key).unwrap().der().to_vec()
}

#[test]
fn the_end_of_a_certificate_is_read_in_both_forms() {
    // From 2050 on dates have four digits of the year.
    assert_eq!(not_after(&made(2031)), Some(1_927_843_200));
    assert_eq!(not_after(&made(2060)), Some(2_842_992_000));
}

#[test]
fn what_is_cut_off_or_bent_says_nothing_and_breaks_nothing() {
    let whole = made(2031);
    for end in 0..whole.len() {
        assert_eq!(not_after(&whole[..end]), None, "{end}");
    }
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut bent = whole.clone();
            bent[at] ^= 1 << bit;
            // Whatever it says: it ends.
            let _ = not_after(&bent);
        }
    }
    assert_eq!(not_after(b"no certificate"), None);
    assert_eq!(not_after(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), None);
}

#[test]
fn dates_are_read_strictly() {
    assert_eq!(seconds(b"700101000000Z", 2), Some(0));
    assert_eq!(seconds(b"20310203000000Z", 4), Some(1_927_843_200));
    for wrong in [
        "",
        "Z",
        "310203000000",
        "311303000000Z",
        "31020300000aZ",
        "+10203000000Z",
    ] {
        assert_eq!(seconds(wrong.as_bytes(), 2), None, "{wrong}");
    }
}
