use super::*;

#[test]
fn one_of_a_kind_is_no_plural() {
    assert_eq!(counted(0, "object"), "0 objects");
    assert_eq!(counted(1, "damaged chunk"), "1 damaged chunk");
    assert_eq!(counted(2, "damaged chunk"), "2 damaged chunks");
}
