use super::*;

fn places(document: &str, number: usize) -> Option<[(usize, usize); 2]> {
    let (start, end) = of_statement(document, number)?;
    Some([(start.line, start.column), (end.line, end.column)])
}

#[test]
fn statements_are_found_where_they_stand() {
    let one = r#"{"Statement":{"Effect":"Allow"}}"#;
    assert_eq!(places(one, 0), Some([(1, 14), (1, 32)]));
    assert_eq!(places(one, 1), None);
    let many = "{\n \"Statement\": [\n  {\"Sid\": \"ä\"},\n  {\n  }\n ]\n}";
    assert_eq!(places(many, 0), Some([(3, 3), (3, 15)]));
    assert_eq!(places(many, 1), Some([(4, 3), (5, 4)]));
    assert_eq!(places(many, 2), None);
    assert_eq!(places("{", 0), None);
}
