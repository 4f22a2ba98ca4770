use super::super::document::from_request;
use super::*;

const QUEUE: &str = "<Queue>arn:cairn:sqs::hook:webhook</Queue>";
const PUT: &str = "<Event>s3:ObjectCreated:Put</Event>";

fn read(inside: &str) -> Result<Configuration, S3Error> {
    let text = format!("<NotificationConfiguration>{inside}</NotificationConfiguration>");
    from_request(text.as_bytes())
}

fn queue(inside: &str) -> Result<Configuration, S3Error> {
    read(&format!(
        "<QueueConfiguration>{inside}</QueueConfiguration>"
    ))
}

#[track_caller]
fn refused(outcome: Result<Configuration, S3Error>, code: Code, message: &str) {
    let error = outcome.unwrap_err();
    assert_eq!(error.code(), code);
    assert!(error.sentence().contains(message), "{}", error.sentence());
}

#[test]
fn what_is_read_is_written() {
    let inside = concat!(
        "<TopicConfiguration><Id>t</Id><Topic>arn:cairn:sns::hook:webhook</Topic>",
        "<Event>s3:ObjectRemoved:*</Event></TopicConfiguration>",
        "<QueueConfiguration><Id>q</Id><Queue>arn:cairn:sqs::hook:webhook</Queue>",
        "<Event>s3:ObjectCreated:Put</Event><Event>s3:ObjectAcl:Put</Event>",
        "<Filter><S3Key><FilterRule><Name>Prefix</Name><Value>in/ </Value></FilterRule>",
        "<FilterRule><Name>Suffix</Name><Value>.jpg</Value></FilterRule></S3Key></Filter>",
        "</QueueConfiguration>",
        "<CloudFunctionConfiguration><Id>f</Id>",
        "<CloudFunction>arn:cairn:lambda::hook:webhook</CloudFunction>",
        "<Event>s3:ObjectTagging:Put</Event></CloudFunctionConfiguration>",
    );
    let configuration = read(inside).unwrap();
    let stored = Document::to_stored(&configuration).unwrap();
    let shown = <Configuration as Document>::shown(&stored).unwrap();
    let shown = String::from_utf8(shown.to_vec()).unwrap();
    let end = format!("{inside}</NotificationConfiguration>");
    assert!(shown.ends_with(&end), "{shown}");
}

#[test]
fn rules_without_a_name_get_one() {
    for id in ["", "<Id></Id>"] {
        let configuration = queue(&format!("{id}{QUEUE}{PUT}")).unwrap();
        assert_eq!(configuration.rules[0].id.len(), 32);
    }
}

#[test]
fn nothing_at_all_is_a_configuration() {
    assert_eq!(read("").unwrap(), Configuration::default());
}

#[test]
fn what_amazon_refuses_is_refused() {
    let filter = |rules: &str| {
        queue(&format!(
            "{QUEUE}{PUT}<Filter><S3Key>{rules}</S3Key></Filter>"
        ))
    };
    let rule = |name: &str, value: &str| {
        format!("<FilterRule><Name>{name}</Name><Value>{value}</Value></FilterRule>")
    };
    let argument = Code::InvalidArgument;
    refused(queue(QUEUE), Code::MalformedXML, "");
    refused(queue(PUT), Code::MalformedXML, "");
    refused(read("<Other/>"), Code::MalformedXML, "");
    refused(
        queue(&format!("{QUEUE}{PUT}<Else/>")),
        Code::MalformedXML,
        "",
    );
    let event = queue(&format!("{QUEUE}<Event>s3:ObjectCreated:Get</Event>"));
    refused(event, argument, "not supported");
    let arn = queue(&format!("<Queue>arn:aws:sqs:us-east-1:1:q</Queue>{PUT}"));
    refused(
        arn,
        argument,
        "Unable to validate the following destination configurations: arn:aws:sqs:us-east-1:1:q: \
         The ARN is not well formed: one is arn:cairn:sqs::NAME:webhook",
    );
    for (kind, target, service) in [
        ("TopicConfiguration", "Topic", "sns"),
        ("CloudFunctionConfiguration", "CloudFunction", "lambda"),
    ] {
        let other = "arn:cairn:sqs::hook:webhook";
        let rule = format!("<{kind}><{target}>{other}</{target}>{PUT}</{kind}>");
        let wanted = format!("one is arn:cairn:{service}::NAME:webhook");
        refused(read(&rule), argument, &wanted);
    }
    refused(filter(&rule("infix", "a")), argument, "prefix or suffix");
    let twice = rule("prefix", "a") + &rule("Prefix", "b");
    refused(filter(&twice), argument, "more than one prefix");
    let long = rule("suffix", &"x".repeat(1025));
    refused(filter(&long), argument, "1024 bytes");
    let id = format!("<Id>{}</Id>{QUEUE}{PUT}", "x".repeat(256));
    refused(queue(&id), argument, "characters");
    let one = |id: &str, event: &str| {
        format!(
            "<QueueConfiguration><Id>{id}</Id>{QUEUE}<Event>{event}</Event></QueueConfiguration>"
        )
    };
    let same = one("a", "s3:ObjectCreated:Put") + &one("a", "s3:ObjectCreated:Copy");
    refused(read(&same), argument, "Same ID");
    let overlapping = one("a", "s3:ObjectCreated:Put") + &one("b", "s3:ObjectCreated:*");
    refused(read(&overlapping), argument, "overlap");
    let bridge = read("<EventBridgeConfiguration/>");
    refused(bridge, Code::NotImplemented, "EventBridge");
}
