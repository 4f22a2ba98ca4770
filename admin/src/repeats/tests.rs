use super::*;

fn name(number: u32) -> Name {
    let mut name = [0; 32];
    name[..4].copy_from_slice(&number.to_be_bytes());
    name
}

#[test]
fn the_old_go_and_the_oldest_of_too_many() {
    let now = 1_800_000_000;
    let mut ages = BTreeSet::new();
    assert_eq!(gone(&ages, now), []);
    ages.insert((now - REPEAT_SECONDS, name(1)));
    ages.insert((now - REPEAT_SECONDS + 1, name(2)));
    assert_eq!(gone(&ages, now), [(now - REPEAT_SECONDS, name(1))]);
    ages.clear();
    let most = u32::try_from(REPEATS_MAX).unwrap();
    ages.extend((0..most).map(|number| (now - 1, name(number))));
    assert_eq!(gone(&ages, now), [(now - 1, name(0))]);
    // Never more than one change holds.
    assert_eq!(gone(&ages, now + REPEAT_SECONDS).len(), STEP);
}
