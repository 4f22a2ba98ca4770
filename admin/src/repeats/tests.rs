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

#[test]
fn a_name_that_is_used_anew_does_not_go_with_its_first_use() {
    let first = 1_800_000_000;
    let mut ages: BTreeSet<(u64, Name)> = (0..250).map(|it| (first, name(it))).collect();
    let later = first + REPEAT_SECONDS;
    begin_anew(&mut ages, name(200), later);
    let mut gone_names = Vec::new();
    loop {
        let next = gone(&ages, later);
        if next.is_empty() {
            break;
        }
        for age in next {
            ages.remove(&age);
            gone_names.push(age.1);
        }
    }
    assert_eq!(gone_names.len(), 249);
    assert!(!gone_names.contains(&name(200)));
    assert_eq!(ages.into_iter().collect::<Vec<_>>(), [(later, name(200))]);
}
