use super::ActionPattern;

#[test]
fn patterns_mean_what_statements_mean_by_them() {
    for (pattern, action, means) in [
        ("s3:GetObject", "s3:GetObject", true),
        ("S3:getobject", "s3:GetObject", true),
        ("s3:Get*", "s3:GetObject", true),
        ("*", "kms:CreateKey", true),
        ("s3:GetObjec?", "s3:GetObject", true),
        ("s3:GetObjekt", "s3:GetObject", false),
        ("admin:*", "s3:GetObject", false),
        // No variable: what it says is all it is.
        ("s3:${aws:username}", "s3:GetObject", false),
    ] {
        assert_eq!(
            ActionPattern::new(pattern).means(action),
            means,
            "{pattern}"
        );
    }
}
