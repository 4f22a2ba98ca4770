use super::*;
use proptest::prelude::*;

/// The same blocks through the `md-5` crate, which shares no code with ours.
fn reference(mut state: State, blocks: &[Block]) -> State {
    md5::block_api::compress(&mut state, blocks);
    state
}

#[test]
fn the_best_set_is_one_of_the_available() {
    let names: Vec<_> = available().iter().map(|set| set.name).collect();
    assert_eq!(names.last(), Some(&"portable"));
    assert_eq!(names[0], Kernels::best().name);
}

#[test]
fn widths_grow_and_fit() {
    for set in available() {
        let widths: Vec<_> = set.wide.iter().map(|kernel| kernel.lanes).collect();
        assert!(widths.is_sorted_by(|a, b| a < b), "{set:?}: {widths:?}");
        assert!(widths.iter().all(|&lanes| (2..=LANES_MAX).contains(&lanes)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 3 } else { 64 }))]

    #[test]
    fn every_set_agrees_with_the_reference(
        states in proptest::collection::vec(any::<State>(), 1..=LANES_MAX + 3),
        seed in any::<u64>(),
        count in 0_usize..5,
    ) {
        let mut byte = seed;
        let data: Vec<Vec<Block>> = states.iter().map(|_| (0..count).map(|_| std::array::from_fn(|_| {
            byte = byte.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (byte >> 56) as u8
        })).collect()).collect();
        let expected: Vec<_> = states.iter().zip(&data).map(|(s, d)| reference(*s, d)).collect();
        for set in available() {
            let mut found = states.clone();
            let mut lanes: Vec<_> = found.iter_mut().zip(&data)
                .map(|(state, blocks)| Lane { state, blocks }).collect();
            set.compress(&mut lanes);
            prop_assert_eq!(&found, &expected, "{:?}", set);

            let mut one = states[0];
            set.compress_one(&mut one, &data[0]);
            prop_assert_eq!(one, expected[0], "{:?}, one lane", set);
        }
    }
}
