use super::*;
use proptest::prelude::*;

fn parse(form: &str) -> Result<Parameters, Refused> {
    Parameters::parse(&Query::default(), form.as_bytes())
}

#[test]
fn a_form_is_taken_apart() {
    let parameters = parse("Action=A&Text=a+b%20c%26&Empty=&Bare&&Number=7").unwrap();
    assert_eq!(parameters.text("Text"), Some("a b c&"));
    assert_eq!(parameters.text("Empty"), Some(""));
    assert_eq!(parameters.text("Bare"), Some(""));
    assert_eq!(parameters.text("Absent"), None);
    assert_eq!(parameters.number("Number").unwrap(), Some(7));
    assert_eq!(parameters.number("Absent").unwrap(), None);
    assert!(parameters.number("Text").is_err());
    assert!(parameters.boolean("Number").is_err());
    assert_eq!(
        parameters.required("Absent").unwrap_err().code(),
        "ValidationError"
    );
}

#[test]
fn lists_come_in_the_order_of_their_numbers() {
    let parameters = parse(
        "L.member.10=ten&L.member.2=two&L.member.1=one&Longer.member.1=other\
         &Tags.member.1.Key=k&Tags.member.1.Value=v&PolicyArns.member.1.arn=a",
    )
    .unwrap();
    assert_eq!(parameters.list("L").unwrap(), ["one", "two", "ten"]);
    assert_eq!(parameters.list("Absent").unwrap(), [""; 0]);
    assert_eq!(parameters.list_of("PolicyArns", "arn").unwrap(), ["a"]);
    let tags = parameters.tags().unwrap();
    assert_eq!((tags.len(), &*tags[0].key, &*tags[0].value), (1, "k", "v"));
    let broken = parse("L.member.x=1").unwrap();
    assert_eq!(broken.list("L").unwrap_err().code(), "MalformedQueryString");
}

#[test]
fn what_signs_the_query_is_no_parameter() {
    let query = Query::parse(Some("Action=A&X-Amz-Signature=s")).unwrap();
    let parameters = Parameters::parse(&query, b"B=1").unwrap();
    assert_eq!(parameters.text("Action"), Some("A"));
    assert_eq!(parameters.text("B"), Some("1"));
    assert_eq!(parameters.text("X-Amz-Signature"), None);
    assert!(Parameters::parse(&query, b"Action=B").is_err(), "twice");
}

proptest! {
    /// Whatever comes, it is parameters or a refusal.
    #[test]
    fn any_bytes_are_survived(form in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(parameters) = Parameters::parse(&Query::default(), &form) {
            let _ = (parameters.tags(), parameters.paging(), parameters.list("L"));
        }
    }

    #[test]
    fn what_is_written_is_read(pairs in proptest::collection::btree_map("[a-zA-Z.]{1,8}", ".{0,16}", 0..8)) {
        let encode = |text: &str| {
            let mut out = Vec::new();
            crate::encoding::push_percent_encoded(&mut out, text.as_bytes(), crate::encoding::Keep::Nothing);
            String::from_utf8(out).unwrap()
        };
        let form: Vec<String> = pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        let parameters = parse(&form.join("&")).unwrap();
        for (name, value) in &pairs {
            prop_assert_eq!(parameters.text(name), Some(value.as_str()));
        }
    }
}
