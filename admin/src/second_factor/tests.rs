use super::*;
use storage_engine::clock::SystemClock;
use totp_rs::{Builder, Secret};

const NOW: u64 = 1_800_000_000;

fn shown(secret: &[u8], at: u64) -> Code {
    let totp = Builder::new().with_secret(Secret::from(secret));
    Code::new(&totp.build().unwrap().generate(at).to_string())
}

fn store() -> (Arc<Engine>, SecondFactors) {
    let engine = Arc::new(Engine::in_memory(Arc::new(SystemClock)).unwrap());
    let factors = SecondFactors::new(Arc::clone(&engine), &[1; 32]).unwrap();
    (engine, factors)
}

#[tokio::test]
async fn it_is_on_once_it_works_and_takes_each_code_once() {
    let (_, factors) = store();
    let holder = Holder::User("one".into());
    let of = Whose {
        holder: &holder,
        generation: 0,
    };
    assert_eq!(factors.state(of).await.unwrap(), State::default());
    let secret = factors.begin(of).await.unwrap();
    assert!(!factors.state(of).await.unwrap().on);
    let wrong = shown(&secret, NOW + 3600);
    assert!(factors.switch_on(of, &wrong, NOW).await.unwrap().is_none());
    let code = shown(&secret, NOW);
    assert_eq!(factors.check(of, &code, NOW).await.unwrap(), Checked::Wrong);
    let codes = factors.switch_on(of, &code, NOW).await.unwrap().unwrap();
    assert_eq!(codes.len(), RECOVERY_CODES);
    assert_eq!(factors.begin(of).await.unwrap_err().code, "SecondFactorOn");
    // The one it was switched on with is used up, and so is what came before it.
    for (at, is) in [
        (NOW, Checked::Wrong),
        (NOW - 30, Checked::Wrong),
        (NOW + 30, Checked::Right),
        (NOW + 30, Checked::Wrong),
    ] {
        let code = shown(&secret, at);
        assert_eq!(factors.check(of, &code, NOW).await.unwrap(), is, "{at}");
    }
    for is in [Checked::Right, Checked::Wrong] {
        let code = Code::new(&codes[3]);
        assert_eq!(factors.check(of, &code, NOW).await.unwrap(), is);
    }
    assert_eq!(factors.state(of).await.unwrap().recovery_codes, 9);
    let fresh = factors.renew_recovery(of).await.unwrap();
    let old = Code::new(&codes[4]);
    assert_eq!(factors.check(of, &old, NOW).await.unwrap(), Checked::Wrong);
    let new = Code::new(&fresh[4]);
    assert_eq!(factors.check(of, &new, NOW).await.unwrap(), Checked::Right);
    factors.remove(&holder).await.unwrap();
    assert_eq!(factors.state(of).await.unwrap(), State::default());
}

/// Two that come with one code at once: it is right for one of them.
#[tokio::test]
async fn a_code_counts_once_however_it_comes() {
    let (_, factors) = store();
    let holder = Holder::User("one".into());
    let of = Whose {
        holder: &holder,
        generation: 0,
    };
    let secret = factors.begin(of).await.unwrap();
    let first = shown(&secret, NOW - 30);
    let codes = factors.switch_on(of, &first, NOW).await.unwrap().unwrap();
    for code in [shown(&secret, NOW), Code::new(&codes[0])] {
        let checks = (0..8).map(|_| factors.check(of, &code, NOW));
        let checks = futures_util::future::join_all(checks).await;
        let right = checks.into_iter().map(Result::unwrap);
        let right = right.filter(|checked| *checked == Checked::Right);
        assert_eq!(right.count(), 1);
    }
}

/// Neither what codes are made of nor a recovery code lies in the table.
#[tokio::test]
async fn nothing_lies_there_in_clear_text() {
    let (engine, factors) = store();
    let holder = Holder::Account("root".into());
    let of = Whose {
        holder: &holder,
        generation: 3,
    };
    let secret = factors.begin(of).await.unwrap();
    let code = shown(&secret, NOW);
    let codes = factors.switch_on(of, &code, NOW).await.unwrap().unwrap();
    let row = engine.table_get(TABLE, &key(&holder)).await.unwrap();
    let row = String::from_utf8(row.unwrap().to_vec()).unwrap();
    let plain = |code: &str| code.replace('-', "");
    let mut secrets = vec![hex::encode(secret), Secret::from(secret).to_base32()];
    secrets.extend(codes.iter().cloned());
    secrets.extend(codes.iter().map(|code| plain(code)));
    for secret in secrets {
        assert!(!row.contains(&secret), "{secret} in {row}");
    }
    // What was made with a secret of the root that it has no more is nothing.
    let later = Whose {
        holder: &holder,
        generation: 4,
    };
    assert!(!factors.state(later).await.unwrap().on);
    factors.begin(later).await.unwrap();
    // A row in another's place does not open.
    let other = Holder::Account("other".into());
    let write = TableWrite::Put(key(&other), row.into());
    let written = engine.table_commit(TABLE, Vec::new(), vec![write]);
    written.await.unwrap();
    let of = Whose {
        holder: &other,
        generation: 3,
    };
    let refused = factors.check(of, &code, NOW).await.unwrap_err();
    assert_eq!(refused.code, "InternalError");
}
