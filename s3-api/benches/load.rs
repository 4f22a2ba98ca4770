//! What limits cost a request: its address, its key and user, and a place among those at once.

#![allow(missing_docs)]

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};

use criterion::{Criterion, criterion_group, criterion_main};
use s3_api::{Load, LoadLimits};

fn load(c: &mut Criterion) {
    let limits = LoadLimits {
        address_requests_per_second: 1_000_000,
        ..LoadLimits::default()
    };
    for (what, limits) in [("no limit", LoadLimits::default()), ("a limit", limits)] {
        let load = Load::new(limits);
        let one = IpAddr::V4(Ipv4Addr::LOCALHOST);
        c.bench_function(&format!("an address with {what}"), |b| {
            b.iter(|| load.admit_address(black_box(one)))
        });
        let mut many = 0_u32;
        c.bench_function(&format!("a million addresses with {what}"), |b| {
            b.iter(|| {
                many = (many + 7919) % 1_000_000;
                load.admit_address(black_box(IpAddr::V4(Ipv4Addr::from(many))))
            })
        });
    }
}

criterion_group!(benches, load);
criterion_main!(benches);
