use super::*;

/// What comes back of a header with those bytes.
fn back(value: &[u8]) -> String {
    let header = as_header(&of_header(value)).unwrap();
    header.to_str().unwrap().to_owned()
}

fn shown(text: &str) -> String {
    let header = as_header(text.as_bytes()).unwrap();
    header.to_str().unwrap().to_owned()
}

#[test]
fn ascii_comes_back_as_it_came() {
    for value in [
        "",
        "AMAZONS3",
        "a = b_c?",
        "=?UTF-8?B?w7Y=?=",
        "=?utf-8?q?=C3?=",
        "a\tb",
    ] {
        assert_eq!(back(value.as_bytes()), value);
    }
}

#[test]
fn bytes_of_headers_are_latin_1() {
    // The example of Amazon's user guide, sent as UTF-8.
    let guide = back("ÄMÄZÕÑ S3".as_bytes());
    assert_eq!(guide, "=?UTF-8?B?w4PChE3Dg8KEWsODwpXDg8KRIFMz?=");
    assert_eq!(back("Miniö".as_bytes()), "=?UTF-8?Q?Mini=C3=83=C2=B6?=");
    assert_eq!(back("ö".as_bytes()), "=?UTF-8?B?w4PCtg==?=");
    assert_eq!(back(b"Hello World\xe9"), "=?UTF-8?Q?Hello_World=C3=A9?=");
}

#[test]
fn text_is_encoded_once() {
    assert_eq!(shown("a=b_c? é"), "=?UTF-8?Q?a=3Db=5Fc=3F_=C3=A9?=");
    assert_eq!(shown("中文"), "=?UTF-8?B?5Lit5paH?=");
    // What was stored before it was known what it means.
    assert_eq!(
        as_header(b"caf\xe9").unwrap(),
        HeaderValue::from_static("=?UTF-8?Q?caf=C3=A9?=")
    );
}

#[test]
fn long_text_is_cut_in_the_middle() {
    let text = "Workout Completed: Congratulations!  You just completed the “Finding Vocal Freedom \
                Workout”.  Make sure you drink some water, rest your voice, and review your lesson";
    let words = shown(text);
    assert!(words.split(' ').count() > 2, "{words}");
    for word in words.split(' ') {
        assert!(word.len() <= 75 && word.starts_with("=?UTF-8?Q?") && word.ends_with("?="));
    }
    let letters = "📈".repeat(40);
    for word in shown(&letters).split(' ') {
        let word = word.strip_prefix("=?UTF-8?B?").unwrap();
        let bytes = STANDARD.decode_to_vec(word.strip_suffix("?=").unwrap());
        let text = String::from_utf8(bytes.unwrap()).unwrap();
        assert!(text.chars().all(|letter| letter == '📈'), "{text}");
    }
}

#[test]
fn what_cannot_be_shown_is_not() {
    assert_eq!(as_header(b"a\nb"), None);
    assert_eq!(as_header("ä\u{7}".as_bytes()), None);
}
