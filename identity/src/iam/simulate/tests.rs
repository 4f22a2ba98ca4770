use serde_json::json;

use super::*;
use crate::iam::{NewRole, NewUser, PolicyHolder};
use crate::rig::{Rig, document};

const KEY: &str = "arn:aws:s3:::b/k";

fn get(resource: &str) -> Simulation<'static> {
    Simulation {
        actions: vec!["s3:GetObject".into()],
        resources: vec![resource.into()],
        ..Simulation::default()
    }
}

/// What was decided of the one thing that was tried.
fn one(page: Result<Page<Simulated>>) -> Tried {
    let mut items = page.unwrap().items;
    assert_eq!((items.len(), items[0].tried.len()), (1, 1));
    items.remove(0).tried.remove(0)
}

fn names(tried: &Tried) -> Vec<(Layer, &str, Option<&str>)> {
    let matched = tried.matched.iter();
    matched
        .map(|it| {
            (
                it.layer,
                it.policy.as_deref().unwrap_or("-"),
                it.sid.as_deref(),
            )
        })
        .collect()
}

/// What a user may is what its own policies, its groups' and attached ones say.
#[tokio::test]
async fn a_users_policies_are_tried_with_those_of_its_groups() {
    let rig = Rig::new().await;
    let account = rig.account("one").await;
    let iam = rig.identity.iam_of(&account);
    let anna = NewUser {
        name: "anna",
        ..NewUser::default()
    };
    let anna = iam.create_user(anna).await.unwrap().arn;
    iam.create_group("readers", None).await.unwrap();
    iam.add_user_to_group("readers", "anna").await.unwrap();
    let reading = r#"{"Version":"2012-10-17","Statement":[
  {"Sid":"Own","Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/${aws:username}/*"},
  {"Sid":"Net","Effect":"Allow","Action":"s3:Get*","Resource":"*",
   "Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}]}"#;
    let group = PolicyHolder::Group("readers");
    iam.put_policy(group, "read", reading).await.unwrap();
    let simulate = async |simulation: &Simulation<'_>| {
        let page = iam.simulate_principal_policy(&anna, simulation, Paging::default());
        one(page.await)
    };
    let own = simulate(&get("arn:aws:s3:::b/anna/x")).await;
    assert_eq!(own.outcome, Outcome::Allow);
    let found = (Layer::Identity, "group/readers/read", Some("Own"));
    assert_eq!(names(&own), [found]);
    let (start, end) = own.matched[0].place.unwrap();
    assert_eq!((start.line, start.column, end.line), (2, 3, 2));
    let blind = simulate(&get(KEY)).await;
    assert_eq!(blind.outcome, Outcome::ImplicitDeny);
    assert_eq!(blind.missing, ["aws:SourceIp"]);
    assert!(blind.matched.is_empty() && blind.boundary.is_none() && blind.sides.is_none());
    let inside = Simulation {
        context: vec![("aws:sourceip".into(), vec!["10.1.2.3".into()])],
        ..get(KEY)
    };
    assert_eq!(simulate(&inside).await.outcome, Outcome::Allow);
    // A policy that is only thought of, and a boundary.
    let deny = document("Deny", "s3:*", "*");
    let denied = simulate(&Simulation {
        policies: vec![deny],
        ..inside.clone()
    })
    .await;
    assert_eq!(denied.outcome, Outcome::ExplicitDeny);
    assert_eq!(
        names(&denied),
        [(Layer::Identity, "PolicyInputList.1", None)]
    );
    let limited = simulate(&Simulation {
        boundary: Some(document("Allow", "sqs:*", "*")),
        ..inside.clone()
    })
    .await;
    assert_eq!(limited.outcome, Outcome::ImplicitDeny);
    assert_eq!(limited.boundary, Some(Outcome::ImplicitDeny));
    // What is tried is what happens.
    let key = rig.key(&iam, "anna").await;
    let caller = rig.identity.find(&key, None).unwrap().caller.clone();
    let target = crate::caller::Target {
        resource: KEY.as_bytes(),
        owner: crate::caller::Owner::Caller,
        policy: None,
    };
    let mut context = Context::new();
    context.set("aws:SourceIp", "10.1.2.3");
    let explained = caller.explain(&Work::default(), "s3:GetObject", &target, &context);
    assert!(explained.decision.is_allowed());
    assert_eq!(explained.findings[0].policy.unwrap(), "group/readers/read");
}

/// Between accounts both sides are told apart.
#[tokio::test]
async fn policies_of_resources_and_other_accounts() {
    let rig = Rig::new().await;
    let account = rig.account("one").await;
    let iam = rig.identity.iam_of(&account);
    let stranger = "arn:aws:iam::999988887777:user/zoe";
    let policy = json!({"Statement": {"Sid": "let zoe in", "Effect": "Allow",
        "Principal": {"AWS": stranger}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}});
    let policy = policy.to_string();
    let asking = Simulation {
        resource_policy: Some(&policy),
        caller: Some(stranger),
        resource_owner: Some("arn:aws:iam::111122223333:root"),
        ..get(KEY)
    };
    let simulate = async |simulation: &Simulation<'_>| {
        let page = iam.simulate_custom_policy(simulation, Paging::default());
        one(page.await)
    };
    let tried = simulate(&asking).await;
    assert_eq!(tried.outcome, Outcome::ImplicitDeny);
    let sides = tried.sides.unwrap();
    assert_eq!(
        (sides.identity, sides.resource),
        (Outcome::ImplicitDeny, Outcome::Allow)
    );
    let both = Simulation {
        policies: vec![document("Allow", "s3:*", "*")],
        ..asking.clone()
    };
    let tried = simulate(&both).await;
    assert_eq!(tried.outcome, Outcome::Allow);
    assert_eq!(
        names(&tried),
        [
            (Layer::Identity, "PolicyInputList.1", None),
            (Layer::Resource, "-", Some("let zoe in"))
        ]
    );
    let at_home = Simulation {
        resource_owner: None,
        ..asking
    };
    let tried = simulate(&at_home).await;
    assert_eq!((tried.outcome, tried.sides), (Outcome::Allow, None));
}

#[tokio::test]
async fn what_cannot_be_tried_is_refused() {
    let rig = Rig::new().await;
    let account = rig.account("one").await;
    let other = rig.account("two").await;
    let iam = rig.identity.iam_of(&account);
    let custom = async |simulation: Simulation<'_>| {
        let page = iam.simulate_custom_policy(&simulation, Paging::default());
        page.await.unwrap_err().code()
    };
    let policy =
        r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}}"#;
    for simulation in [
        Simulation::default(),
        Simulation {
            actions: vec!["s3:*".into()],
            ..get(KEY)
        },
        Simulation {
            actions: vec!["GetObject".into()],
            ..get(KEY)
        },
        Simulation {
            actions: vec!["s3:GetObject".into(); 1001],
            ..get(KEY)
        },
        get("bucket/key"),
        Simulation {
            policies: vec!["{".into()],
            ..get(KEY)
        },
        Simulation {
            boundary: Some("{".into()),
            ..get(KEY)
        },
        Simulation {
            resource_policy: Some("{"),
            caller: Some("arn:aws:iam::1:user/x"),
            ..get(KEY)
        },
        Simulation {
            resource_policy: Some(policy),
            ..get(KEY)
        },
        Simulation {
            caller: Some("arn:aws:sts::1:assumed-role/r/x"),
            ..get(KEY)
        },
        Simulation {
            caller: Some("anna"),
            ..get(KEY)
        },
        Simulation {
            context: vec![("plain".into(), Vec::new())],
            ..get(KEY)
        },
    ] {
        assert_eq!(custom(simulation).await, "InvalidInput");
    }
    let trust =
        r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}}"#;
    let role = NewRole {
        name: "r",
        trust,
        ..NewRole::default()
    };
    let role = iam.create_role(role).await.unwrap().arn();
    let of_role = Simulation {
        resource_policy: Some(policy),
        ..get(KEY)
    };
    let page = iam.simulate_principal_policy(&role, &of_role, Paging::default());
    assert_eq!(page.await.unwrap_err().code(), "InvalidInput");
    assert!(
        iam.simulate_principal_policy(&role, &get(KEY), Paging::default())
            .await
            .is_ok()
    );
    let iam = rig.identity.iam_of(&other);
    let asked = get(KEY);
    let page = iam.simulate_principal_policy(&role, &asked, Paging::default());
    assert_eq!(page.await.unwrap_err().code(), "NoSuchEntity");
}

#[tokio::test]
async fn actions_come_in_pages() {
    let rig = Rig::new().await;
    let account = rig.account("one").await;
    let iam = rig.identity.iam_of(&account);
    let simulation = Simulation {
        policies: vec![document("Allow", "s3:Get*", "arn:aws:s3:::a/*")],
        actions: ["s3:GetObject", "s3:PutObject", "s3:GetObjectAcl"]
            .map(str::to_owned)
            .into(),
        resources: vec!["arn:aws:s3:::a/k".into(), "arn:aws:s3:::b/k".into()],
        ..Simulation::default()
    };
    let page = async |marker| {
        let paging = Paging {
            marker,
            items_max: Some(2),
            search: None,
        };
        let page = iam.simulate_custom_policy(&simulation, paging);
        page.await.unwrap()
    };
    let first = page(None).await;
    let outcomes: Vec<Vec<Outcome>> = first
        .items
        .iter()
        .map(|item| item.tried.iter().map(|tried| tried.outcome).collect())
        .collect();
    use Outcome::{Allow, ImplicitDeny};
    assert_eq!(outcomes, [[Allow, ImplicitDeny], [ImplicitDeny; 2]]);
    assert_eq!(first.items[0].outcome(), ImplicitDeny);
    let last = page(first.marker.as_deref()).await;
    assert_eq!((last.items.len(), last.marker), (1, None));
    assert_eq!(last.items[0].action, "s3:GetObjectAcl");
    let lost = Paging {
        marker: Some("x"),
        items_max: None,
        search: None,
    };
    let page = iam.simulate_custom_policy(&simulation, lost);
    assert!(page.await.is_err());
}

/// Patterns and values by the hundred, each within its bound, on many pairs.
#[tokio::test]
async fn a_simulation_has_a_bound() {
    let rig = Rig::new().await;
    let account = rig.account("one").await;
    let iam = rig.identity.iam_of(&account);
    let pattern = format!("*{}b", "a?".repeat(500));
    let policy = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "*", "Resource": "*",
        "Condition": {"StringLike": {"a:b": vec![pattern; 100]}}}});
    let names = |front: &'static str, count| (0..count).map(move |it| format!("{front}{it}"));
    let mut simulation = Simulation {
        policies: vec![policy.to_string()],
        actions: names("s3:Get", 31).collect(),
        resources: names("arn:aws:s3:::b/", 32).collect(),
        context: vec![("a:b".into(), vec!["a".repeat(2048); 100])],
        ..Simulation::default()
    };
    let all = Paging {
        items_max: Some(1000),
        ..Paging::default()
    };
    let begun = std::time::Instant::now();
    let refused = iam
        .simulate_custom_policy(&simulation, all)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "LimitExceeded");
    assert!(refused.to_string().contains("2000000"), "{refused}");
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
    // All pairs of a sensible one are within it.
    let policy = json!({"Version": "2012-10-17", "Statement": vec![json!({
        "Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::*/${aws:username}/*",
        "Condition": {"StringLike": {"a:b": ["*one*", "*two*"]}}}); 50]});
    simulation.policies = vec![policy.to_string()];
    simulation.context = vec![("a:b".into(), vec!["of two words".into()])];
    let page = iam.simulate_custom_policy(&simulation, all).await.unwrap();
    let tried: usize = page.items.iter().map(|it| it.tried.len()).sum();
    assert_eq!(tried, 31 * 32);
}
