use super::*;
use storage_engine::clock::SystemClock;

const NOW: u64 = 1_800_000_000;

fn wanted(holder: &str) -> Wanted {
    Wanted {
        holder: Holder::User(holder.into()),
        generation: 0,
        name: "backup".into(),
        expires: NOW + 3600,
        policy: None,
    }
}

async fn store() -> (Arc<Engine>, Tokens) {
    let engine = Arc::new(Engine::in_memory(Arc::new(SystemClock)).unwrap());
    let tokens = Tokens::open(Arc::clone(&engine)).await.unwrap();
    (engine, tokens)
}

#[tokio::test]
async fn nothing_but_the_whole_token_finds_it() {
    let (engine, tokens) = store().await;
    let (id, _, text) = tokens.make(wanted("one"), NOW, || true).await.unwrap();
    assert_eq!(tokens.find(&text).unwrap().0, id);
    let again = Tokens::open(Arc::clone(&engine)).await.unwrap();
    assert_eq!(again.find(&text).unwrap().0, id);
    for at in FRONT.len()..text.len() {
        let mut broken = text.clone().into_bytes();
        broken[at] = if broken[at] == b'A' { b'B' } else { b'A' };
        let broken = String::from_utf8(broken).unwrap();
        assert!(tokens.find(&broken).is_none(), "{broken}");
    }
    for broken in ["", FRONT, &text[..text.len() - 1], &format!("{text}A")] {
        assert!(tokens.find(broken).is_none(), "{broken}");
    }
    let row = engine.table_get(TABLE, &id.0).await.unwrap().unwrap();
    let row = String::from_utf8_lossy(&row).into_owned();
    assert!(!row.contains(&text[FRONT.len() + 22..]), "{row}");
    assert!(
        !tokens
            .remove(&Holder::User("two".into()), id)
            .await
            .unwrap()
    );
    assert!(
        tokens
            .remove(&Holder::User("one".into()), id)
            .await
            .unwrap()
    );
    assert!(tokens.find(&text).is_none());
    assert!(engine.table_get(TABLE, &id.0).await.unwrap().is_none());
}

#[tokio::test]
async fn there_are_so_many_at_once_and_old_ones_go() {
    let (_, tokens) = store().await;
    for _ in 0..TOKENS_PER_USER_MAX {
        tokens.make(wanted("one"), NOW, || true).await.unwrap();
    }
    let refused = tokens
        .make(wanted("one"), NOW, || true)
        .await
        .err()
        .unwrap();
    assert_eq!(refused.code, "TooManyTokens");
    tokens.make(wanted("two"), NOW, || true).await.unwrap();
    // Expired ones do not count, and are shown for a while.
    let later = NOW + 3600;
    let fresh = Wanted {
        expires: later + 60,
        ..wanted("one")
    };
    tokens.make(fresh, later, || true).await.unwrap();
    let holder = Holder::User("one".into());
    assert_eq!(tokens.of_holder(&holder).len(), TOKENS_PER_USER_MAX + 1);
    let much_later = later + 60 + TOKEN_SHOWN_SECONDS;
    tokens
        .make(wanted("one"), much_later, || true)
        .await
        .unwrap();
    assert_eq!(tokens.of_holder(&holder).len(), 1);
    tokens.remove_all_of(&holder).await.unwrap();
    assert_eq!(tokens.of_holder(&holder).len(), 0);
}

#[tokio::test]
async fn a_use_is_written_now_and_then() {
    let (engine, tokens) = store().await;
    let (id, token, _) = tokens.make(wanted("one"), NOW, || true).await.unwrap();
    assert_eq!(token.last_used(), None);
    let written = async || {
        // The task that writes runs on this thread.
        for _ in 0..1000 {
            tokio::task::yield_now().await;
        }
        let row = engine.table_get(TABLE, &id.0).await.unwrap().unwrap();
        serde_json::from_slice::<Row>(&row).unwrap().used
    };
    for (at, kept) in [
        (NOW, NOW),
        (NOW + TOKEN_USE_SECONDS - 1, NOW),
        (NOW + TOKEN_USE_SECONDS, NOW + TOKEN_USE_SECONDS),
    ] {
        tokens.used(id, &token, at);
        assert_eq!(token.last_used(), Some(at));
        let begun = std::time::Instant::now();
        let mut found = written().await;
        while found != Some(kept) && begun.elapsed().as_secs() < 60 {
            found = written().await;
        }
        assert_eq!(found, Some(kept));
        // Nor is another one under way.
        assert_eq!(written().await, Some(kept));
    }
    // A use does not bring back what was deleted.
    tokens.remove(&token.row.holder, id).await.unwrap();
    write_use(&engine, id, &token, NOW + 9999).await.unwrap();
    assert!(engine.table_get(TABLE, &id.0).await.unwrap().is_none());
}
