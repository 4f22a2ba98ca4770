use super::*;

/// RFC 6238, appendix B, in its last six digits.
#[test]
fn codes_are_those_of_the_standard() {
    let secret = b"12345678901234567890";
    for (time, code) in [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
    ] {
        let step = Code::new(code).step(secret, time).unwrap();
        assert_eq!(step, Some(time / 30), "{code}");
        // One step off is a clock that is off, two are not.
        for (off, fits) in [(30, true), (60, false)] {
            let step = Code::new(code).step(secret, time + off).unwrap();
            assert_eq!(step.is_some(), fits, "{code} {off} s later");
        }
    }
    let spaced = Code::new(" 287 082 ").step(secret, 59).unwrap();
    assert_eq!(spaced, Some(1));
    for none in ["", "28708", "2870820", "287083", "٢٨٧٠٨٢", "+87082"] {
        assert_eq!(Code::new(none).step(secret, 59).unwrap(), None, "{none}");
    }
}

#[test]
fn recovery_codes_are_read_as_people_type_them() {
    let holder = Holder::User("one".into());
    let code = recovery().unwrap();
    assert_eq!(code.len(), 27, "{code}");
    let digest = Code::new(&code).digest(&[1; 32], &holder);
    let typed = format!(" {} ", code.to_lowercase().replace('-', " "));
    assert_eq!(Code::new(&typed).digest(&[1; 32], &holder), digest);
    // Somebody else's are others, and so are those under another master key.
    let other = Holder::Account("one".into());
    assert_ne!(Code::new(&code).digest(&[1; 32], &other), digest);
    assert_ne!(Code::new(&code).digest(&[2; 32], &holder), digest);
    assert_ne!(recovery().unwrap(), code);
}

#[test]
fn a_picture_has_the_modules_of_its_code() {
    let drawn = Drawn::new(b"12345678901234567890", "anna b@c").unwrap();
    assert_eq!(drawn.secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    assert!(
        drawn
            .uri
            .starts_with("otpauth://totp/Cairn%3Aanna%20b%40c?secret=GEZD"),
        "{}",
        drawn.uri
    );
    let qr = QrCode::new(&drawn.uri).unwrap();
    let mut found = vec![Color::Light; qr.width() * qr.width()];
    for run in drawn.qr.path.split('M').skip(1) {
        let (at, rest) = run.split_once('h').unwrap();
        let (x, y) = at.split_once(' ').unwrap();
        let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
        let wide: usize = rest.split('v').next().unwrap().parse().unwrap();
        for module in 0..wide {
            found[y * qr.width() + x + module] = Color::Dark;
        }
    }
    assert!(found == qr.to_colors());
    assert_eq!(drawn.qr.size, qr.width());
}

#[test]
fn a_code_shows_itself_to_nobody() {
    assert_eq!(format!("{:?}", Code::new("123456")), "Code(..)");
}
