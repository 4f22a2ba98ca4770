use super::super::document::{from_request, to_bytes};
use super::*;
use pipeline::lifecycle::{Expiration, Filter, Rule, Scope, Status, StorageClass};
use storage_engine::ids::Timestamp;

fn read(rules: &str) -> Result<Configuration, S3Error> {
    let body = format!("<LifecycleConfiguration>{rules}</LifecycleConfiguration>");
    from_request(body.as_bytes())
}

/// The inside of the root, as it is shown.
fn shown(configuration: &Configuration) -> String {
    let document = String::from_utf8(to_bytes(configuration).to_vec()).unwrap();
    let (_, inside) = document.split_once("2006-03-01/\">").unwrap();
    inside.replace("</LifecycleConfiguration>", "")
}

/// A rule in the newer form, about everything.
fn rule(actions: &str) -> String {
    format!("<Rule><ID>a</ID><Filter></Filter><Status>Enabled</Status>{actions}</Rule>")
}

fn filtered(filter: &str, actions: &str) -> String {
    rule(actions).replace("<Filter></Filter>", &format!("<Filter>{filter}</Filter>"))
}

fn older(id: &str, prefix: &str, actions: &str) -> String {
    let prefix = format!("<Prefix>{prefix}</Prefix>");
    let rule = rule(actions).replace("<Filter></Filter>", &prefix);
    rule.replace("<ID>a</ID>", &format!("<ID>{id}</ID>"))
}

#[track_caller]
fn refused(rules: &str, code: Code, message: &str) {
    let error = read(rules).expect_err(rules);
    let said = error.sentence().to_owned();
    assert_eq!(error.code(), code, "{rules}: {said}");
    assert!(said.contains(message), "{rules}: {said}");
}

const DAYS: &str = "<Expiration><Days>2</Days></Expiration>";
const MALFORMED: &str = "not well-formed";

#[test]
fn what_is_set_is_what_is_shown() {
    for rules in [
        rule(DAYS),
        filtered("<Prefix>logs/</Prefix>", DAYS),
        filtered("<Prefix></Prefix>", DAYS),
        filtered("<Tag><Key>k</Key><Value>v</Value></Tag>", DAYS),
        filtered("<ObjectSizeGreaterThan>5</ObjectSizeGreaterThan>", DAYS),
        filtered("<ObjectSizeLessThan>5</ObjectSizeLessThan>", DAYS),
        filtered(
            "<And><Prefix>p</Prefix><Tag><Key>k</Key><Value></Value></Tag><Tag><Key>l</Key>\
             <Value>w</Value></Tag><ObjectSizeGreaterThan>1</ObjectSizeGreaterThan>\
             <ObjectSizeLessThan>9</ObjectSizeLessThan></And>",
            DAYS,
        ),
        rule("<Expiration><Date>2030-01-01T00:00:00.000Z</Date></Expiration>"),
        rule(
            "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>",
        ),
        rule(
            "<Expiration><ExpiredObjectDeleteMarker>false</ExpiredObjectDeleteMarker></Expiration>",
        ),
        rule(
            "<Transition><Days>30</Days><StorageClass>STANDARD_IA</StorageClass></Transition>\
             <Transition><Days>60</Days><StorageClass>GLACIER</StorageClass></Transition>\
             <Expiration><Days>61</Days></Expiration>\
             <NoncurrentVersionTransition><NoncurrentDays>3</NoncurrentDays>\
             <NewerNoncurrentVersions>2</NewerNoncurrentVersions>\
             <StorageClass>DEEP_ARCHIVE</StorageClass></NoncurrentVersionTransition>\
             <NoncurrentVersionExpiration><NoncurrentDays>4</NoncurrentDays>\
             <NewerNoncurrentVersions>2</NewerNoncurrentVersions></NoncurrentVersionExpiration>\
             <AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation>\
             </AbortIncompleteMultipartUpload>",
        ),
        older("one", "a/", DAYS) + &older("two", "b/", DAYS),
        older("one", "", DAYS),
    ] {
        let configuration = read(&rules).unwrap();
        assert_eq!(shown(&configuration), rules);
        let stored = Document::to_stored(&configuration).unwrap();
        let again = <Configuration as Document>::from_stored(&stored).unwrap();
        assert_eq!(again, configuration);
        assert_eq!(
            Configuration::shown(&stored),
            Some(to_bytes(&configuration))
        );
    }
}

#[test]
fn spelling_does_not_matter() {
    let rules = "<Rule>\n <Expiration><Days> 2 </Days></Expiration><Status>Disabled</Status>\
                 <Filter/><ID>a</ID></Rule>";
    let expected = Rule {
        id: "a".into(),
        status: Status::Disabled,
        scope: Scope::Filter(Filter::Everything),
        expiration: Some(Expiration::Days(2)),
        transitions: Vec::new(),
        noncurrent_expiration: None,
        noncurrent_transitions: Vec::new(),
        abort_days: None,
    };
    assert_eq!(read(rules).unwrap().rules, [expected]);
}

#[test]
fn dates_are_midnights() {
    let date = |text: &str| rule(&format!("<Expiration><Date>{text}</Date></Expiration>"));
    let midnight = Expiration::Date(Timestamp(1_506_470_400_000));
    for text in [
        "2017-09-27T00:00:00Z",
        "2017-09-27T00:00:00.000Z",
        "2017-09-27T02:00:00+02:00",
        "2017-09-27",
    ] {
        let read = read(&date(text)).unwrap();
        assert_eq!(read.rules[0].expiration, Some(midnight), "{text}");
    }
    for text in ["2017-09-27T00:00:01Z", "2017-09-27T00:00:00.001Z"] {
        refused(&date(text), Code::InvalidArgument, "midnight GMT");
    }
    for text in [
        "",
        "tomorrow",
        "2017-13-01T00:00:00Z",
        "1960-01-01T00:00:00Z",
    ] {
        refused(&date(text), Code::MalformedXML, MALFORMED);
    }
}

#[test]
fn a_rule_without_a_name_gets_one() {
    let unnamed = |id: &str| rule(DAYS).replace("<ID>a</ID>", id);
    let rules = [unnamed(""), unnamed("<ID/>"), unnamed("")].concat();
    let rules = read(&rules).unwrap().rules;
    assert!(rules.iter().all(|rule| !rule.id.is_empty()));
    assert_ne!(rules[0].id, rules[2].id);
}

#[test]
fn names_are_bounded_and_differ() {
    let named = |id: &str| rule(DAYS).replace("<ID>a</ID>", &format!("<ID>{id}</ID>"));
    assert!(read(&named(&"é".repeat(255))).is_ok());
    let long = named(&"a".repeat(256));
    refused(&long, Code::InvalidArgument, "255");
    let twice = rule(DAYS) + &rule(DAYS);
    refused(&twice, Code::InvalidArgument, "unique");
}

#[test]
fn the_schema_is_kept() {
    let status = |text: &str| rule(DAYS).replace("Enabled", text);
    let without_filter = rule(DAYS).replace("<Filter></Filter>", "");
    for rules in [
        String::new(),
        "<Rule></Rule>".into(),
        "<Rules></Rules>".into(),
        status("enabled"),
        status(""),
        without_filter,
        rule(DAYS).replace("<Status>Enabled</Status>", ""),
        rule(&[DAYS, DAYS].concat()),
        rule("<Expiration></Expiration>"),
        rule("<Expiration><Days>2</Days><Date>2030-01-01T00:00:00Z</Date></Expiration>"),
        rule(
            "<Expiration><Days>2</Days><ExpiredObjectDeleteMarker>true\
             </ExpiredObjectDeleteMarker></Expiration>",
        ),
        rule("<Expiration><ExpiredObjectDeleteMarker>yes</ExpiredObjectDeleteMarker></Expiration>"),
        rule("<Expiration><Days>two</Days></Expiration>"),
        rule("<Expiration><Days>4294967296</Days></Expiration>"),
        rule("<Transition><Days>2</Days></Transition>"),
        rule("<Transition><StorageClass>GLACIER</StorageClass></Transition>"),
        rule("<Transition><Days>1</Days><StorageClass>STANDARD</StorageClass></Transition>"),
        rule("<Transition><Days>1</Days><StorageClass>LUKEWARM</StorageClass></Transition>"),
        rule("<NoncurrentVersionExpiration></NoncurrentVersionExpiration>"),
        rule("<AbortIncompleteMultipartUpload></AbortIncompleteMultipartUpload>"),
        rule(&[DAYS, "<Surprise/>"].concat()),
        filtered("<Surprise/>", DAYS),
        filtered(
            "<Prefix>a</Prefix><Tag><Key>k</Key><Value>v</Value></Tag>",
            DAYS,
        ),
        filtered("<And></And>", DAYS),
        filtered("<And><Prefix>a</Prefix></And>", DAYS),
        filtered("<Tag><Key>k</Key></Tag>", DAYS),
        filtered("<ObjectSizeLessThan>x</ObjectSizeLessThan>", DAYS),
        filtered(
            "<ObjectSizeLessThan>5</ObjectSizeLessThan>",
            "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>",
        ),
    ] {
        refused(&rules, Code::MalformedXML, MALFORMED);
    }
}

#[test]
fn a_thousand_rules_and_no_more() {
    let rules = |count: usize| -> String {
        let one = |number| rule(DAYS).replace("<ID>a</ID>", &format!("<ID>rule {number}</ID>"));
        (0..count).map(one).collect()
    };
    assert_eq!(read(&rules(1000)).unwrap().rules.len(), 1000);
    refused(&rules(1001), Code::MalformedXML, MALFORMED);
}

#[test]
fn numbers_of_days_are_sensible() {
    let positive = [
        (
            "<Expiration><Days>0</Days></Expiration>",
            "'Days' for Expiration",
        ),
        ("<Expiration><Days>-1</Days></Expiration>", "positive"),
        (
            "<NoncurrentVersionExpiration><NoncurrentDays>0</NoncurrentDays>\
             </NoncurrentVersionExpiration>",
            "'NoncurrentDays'",
        ),
        (
            "<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays>\
             <NewerNoncurrentVersions>0</NewerNoncurrentVersions></NoncurrentVersionExpiration>",
            "'NewerNoncurrentVersions'",
        ),
        (
            "<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays>\
             <NewerNoncurrentVersions>101</NewerNoncurrentVersions></NoncurrentVersionExpiration>",
            "100",
        ),
        (
            "<AbortIncompleteMultipartUpload><DaysAfterInitiation>0</DaysAfterInitiation>\
             </AbortIncompleteMultipartUpload>",
            "'DaysAfterInitiation'",
        ),
        (
            "<Transition><Days>-1</Days><StorageClass>GLACIER</StorageClass></Transition>",
            "nonnegative",
        ),
    ];
    for (action, message) in positive {
        refused(&rule(action), Code::InvalidArgument, message);
    }
    assert!(read(&rule(&moved(0, "GLACIER"))).is_ok());
}

fn moved(days: u32, class: &str) -> String {
    format!("<Transition><Days>{days}</Days><StorageClass>{class}</StorageClass></Transition>")
}

#[test]
fn classes_come_in_order_and_in_time() {
    for (class, earliest) in [("STANDARD_IA", 30), ("ONEZONE_IA", 30), ("GLACIER_IR", 0)] {
        assert!(read(&rule(&moved(earliest, class))).is_ok());
        if earliest > 0 {
            let early = rule(&moved(earliest - 1, class));
            refused(&early, Code::InvalidArgument, "greater than or equal to 30");
        }
    }
    let pair =
        |first, colder, second| rule(&(moved(first, "STANDARD_IA") + &moved(second, colder)));
    assert!(read(&pair(30, "GLACIER", 60)).is_ok());
    refused(
        &pair(30, "GLACIER", 59),
        Code::InvalidArgument,
        "30 days more",
    );
    let twice = rule(&(moved(1, "GLACIER") + &moved(2, "GLACIER")));
    refused(&twice, Code::InvalidRequest, "must be different");
    let backwards = rule(&(moved(5, "GLACIER") + &moved(5, "DEEP_ARCHIVE")));
    refused(&backwards, Code::InvalidArgument, "DEEP_ARCHIVE");
    assert!(read(&rule(&(moved(5, "GLACIER") + &moved(6, "DEEP_ARCHIVE")))).is_ok());
    for class in StorageClass::ALL {
        assert!(read(&rule(&moved(30, class.name()))).is_ok());
    }
}

#[test]
fn things_end_after_they_moved() {
    let late = rule(&(moved(2, "GLACIER") + DAYS));
    refused(&late, Code::InvalidArgument, "must be greater than 'Days'");
    let mixed = rule(
        "<Transition><Date>2030-01-01T00:00:00Z</Date><StorageClass>GLACIER</StorageClass>\
         </Transition><Expiration><Days>2</Days></Expiration>",
    );
    refused(&mixed, Code::InvalidRequest, "mixed 'Date' and 'Days'");
    let noncurrent = rule(
        "<NoncurrentVersionTransition><NoncurrentDays>3</NoncurrentDays>\
         <StorageClass>GLACIER</StorageClass></NoncurrentVersionTransition>\
         <NoncurrentVersionExpiration><NoncurrentDays>3</NoncurrentDays>\
         </NoncurrentVersionExpiration>",
    );
    refused(&noncurrent, Code::InvalidArgument, "'NoncurrentDays'");
}

#[test]
fn some_actions_are_not_narrowed_down() {
    let tag = "<Tag><Key>k</Key><Value>v</Value></Tag>";
    let abort = "<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation>\
                 </AbortIncompleteMultipartUpload>";
    let marker =
        "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>";
    let said = "AbortIncompleteMultipartUpload cannot be specified with Tags.";
    refused(&filtered(tag, abort), Code::InvalidRequest, said);
    let size = "<ObjectSizeLessThan>5</ObjectSizeLessThan>";
    refused(&filtered(size, abort), Code::InvalidRequest, "Object Size");
    refused(
        &filtered(tag, marker),
        Code::InvalidRequest,
        "ExpiredObjectDeleteMarker",
    );
    refused(&rule(""), Code::InvalidRequest, "At least one action");
    let and = |inside: &str| filtered(&format!("<And>{inside}</And>"), DAYS);
    refused(
        &and(&tag.repeat(2)),
        Code::InvalidRequest,
        "Duplicate Tag Keys",
    );
    let sizes = "<ObjectSizeGreaterThan>5</ObjectSizeGreaterThan>\
                 <ObjectSizeLessThan>5</ObjectSizeLessThan>";
    refused(&and(sizes), Code::InvalidRequest, "ObjectSizeLessThan");
    let empty = tag.replace(">k<", "><");
    refused(&filtered(&empty, DAYS), Code::InvalidTag, "");
}

#[test]
fn the_two_forms_do_not_mix() {
    let newer = rule(DAYS);
    let old = older("b", "p", DAYS);
    let mixed = old.clone() + &newer;
    refused(
        &mixed,
        Code::InvalidRequest,
        "Filter element can only be used in Lifecycle V2.",
    );
    let mixed = newer + &old;
    refused(
        &mixed,
        Code::InvalidRequest,
        "Base level prefix cannot be used in Lifecycle V2",
    );
    let kept = older(
        "a",
        "",
        "<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays>\
         <NewerNoncurrentVersions>5</NewerNoncurrentVersions></NoncurrentVersionExpiration>",
    );
    refused(&kept, Code::InvalidRequest, "Lifecycle V2");
}

#[test]
fn prefixes_of_the_older_form_do_not_overlap() {
    let overlapping = older("a", "di", DAYS) + &older("b", "z", DAYS) + &older("c", "dir/", DAYS);
    let said = "Found overlapping prefixes 'di' and 'dir/' for same action type 'Expiration'";
    refused(&overlapping, Code::InvalidRequest, said);
    assert!(read(&(older("a", "di", DAYS) + &older("b", "dir/", &moved(1, "GLACIER")))).is_ok());
    let newer = filtered("<Prefix>di</Prefix>", DAYS)
        + &filtered("<Prefix>dir/</Prefix>", DAYS).replace("<ID>a</ID>", "<ID>b</ID>");
    assert!(read(&newer).is_ok());
}

#[test]
fn what_cannot_be_stored_is_said() {
    let noise = |number: u64| {
        let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut text = String::new();
        for _ in 0..16 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            text.push_str(&format!("{state:016x}"));
        }
        text
    };
    let one = |number| {
        let prefix = format!("<Prefix>{}</Prefix>", noise(number));
        filtered(&prefix, DAYS).replace("<ID>a</ID>", &format!("<ID>{number}</ID>"))
    };
    let rules: String = (0..1000).map(one).collect();
    let refused = Document::to_stored(&read(&rules).unwrap()).unwrap_err();
    assert_eq!(refused.code(), Code::EntityTooLarge);
}
