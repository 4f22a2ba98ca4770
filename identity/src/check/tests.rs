use super::*;

#[test]
fn what_could_be_made_is_told_from_what_could_not() {
    user("anna").unwrap();
    user("bad name!").unwrap_err();
    group("").unwrap_err();
    account("carl", "").unwrap();
    account("carl", "111122223333").unwrap();
    account("carl", "1111").unwrap_err();
    account("", "").unwrap_err();
    key("ANNAKEY", "anna-secret-key").unwrap();
    let told = key("ANNA/KEY", "anna-secret-key").unwrap_err().to_string();
    assert!(!told.contains("anna-secret-key"), "{told}");
    key("ANNAKEY", "a").unwrap_err();
    policy_name("readers").unwrap();
    policy_document(r#"{"Statement":[{"Effect":"Alow","Action":"*","Resource":"*"}]}"#)
        .unwrap_err();
    assert!(ready_made_policies().any(|name| name == "guest"));
    assert!(ready_made_policies().any(|name| name == "AdministratorAccess"));
}
