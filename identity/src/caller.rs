//! Who a request comes from, with everything that decides what it may do.

use std::sync::{Arc, LazyLock};
use std::time::SystemTime;

use crate::model::{Account, Limits, Secret, Usage};
use crate::policy::{
    Context, Decision, Explained, Layers, Named, Policy, Principal, PrincipalKind, Relation,
    Request, Standing, Work, could, evaluate, explain,
};

/// How far a caller stands above policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rank {
    /// Policies say what it may do.
    Ordinary,
    /// The root of an account.
    Root,
    /// The server's own root, which may do everything anywhere.
    Administrator,
}

/// An authenticated principal. It does not change: a change of its rights makes a new one.
#[derive(Debug, Clone)]
pub struct Caller {
    pub(crate) account: Arc<Account>,
    pub(crate) principal: Principal,
    pub(crate) rank: Rank,
    /// The account as it stands in the caller's name.
    pub(crate) space: String,
    /// The user's or role's name, where there is one.
    pub(crate) name: Option<String>,
    pub(crate) identity: Vec<Named>,
    pub(crate) boundary: Option<Named>,
    pub(crate) session: Vec<Named>,
    pub(crate) restriction: Option<Named>,
    /// The key the request is signed with.
    pub(crate) access_key: String,
    pub(crate) is_temporary: bool,
    pub(crate) limits: Limits,
    /// Tags of the session that go on into the next role, with their values.
    pub(crate) transitive: Vec<(String, Vec<String>)>,
    /// The user that stands behind it, by id, through however many roles.
    pub(crate) user: Option<String>,
}

/// What a signature is checked against, and whose it is.
#[derive(Debug, Clone)]
pub struct Credential {
    pub secret: Secret,
    pub(crate) caller: Arc<Caller>,
    /// Of a lasting key.
    pub(crate) usage: Option<Arc<Usage>>,
    pub(crate) is_suspended: bool,
}

/// The secret is right, and still nobody gets in with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This user has been suspended, until whoever administers the server takes it back.")]
pub struct Suspended;

impl Credential {
    /// Whoever it lets in. To be asked of one whose signature has been found right: that a user is
    /// suspended is for those to know who know its secret.
    pub fn caller(&self) -> Result<&Arc<Caller>, Suspended> {
        match self.is_suspended {
            false => Ok(&self.caller),
            true => Err(Suspended),
        }
    }

    /// The full name of whom it belongs to, suspended or not.
    pub fn holder_arn(&self) -> &str {
        self.caller.arn()
    }
}

/// Why a credential is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no such access key")]
    UnknownKey,
    #[error("the access key is inactive")]
    InactiveKey,
    #[error("the access key has expired")]
    ExpiredKey,
    /// Temporary keys mean nothing without their token, lasting ones have none.
    #[error("the session token is invalid")]
    InvalidToken,
    #[error("the session token has expired")]
    ExpiredToken,
}

/// Whose resource a request is about.
#[derive(Debug, Clone, Copy)]
pub enum Owner<'a> {
    /// The caller's own account: a list of all buckets, a new bucket.
    Caller,
    Account(&'a Account),
    /// An account that is no more.
    Unknown,
    /// Whoever a role's policy trusts: asked when it is to be assumed.
    Trusting(&'a Account),
}

/// What a request is about.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// `arn:aws:s3:::bucket/key`
    pub resource: &'a [u8],
    pub owner: Owner<'a>,
    /// The bucket's policy, or a role's.
    pub policy: Option<&'a Policy>,
}

static ANONYMOUS: LazyLock<Arc<Caller>> = LazyLock::new(|| {
    let nobody = Account {
        id: "anonymous".into(),
        number: String::new(),
        name: "anonymous".into(),
        display_name: String::new(),
        email: None,
        created: 0,
        attached: Vec::new(),
        home: String::new(),
    };
    let mut principal = Principal {
        unique_id: "anonymous".into(),
        ..Principal::default()
    };
    principal.context.set("aws:PrincipalType", "Anonymous");
    principal.context.set("aws:userid", "anonymous");
    Arc::new(Caller::ordinary(Arc::new(nobody), "", principal))
});

impl Caller {
    /// Whoever signs nothing.
    pub fn anonymous() -> Arc<Caller> {
        Arc::clone(&ANONYMOUS)
    }

    /// One without policies and without a key.
    pub(crate) fn ordinary(account: Arc<Account>, space: &str, principal: Principal) -> Self {
        Caller {
            account,
            principal,
            rank: Rank::Ordinary,
            space: space.to_owned(),
            name: None,
            identity: Vec::new(),
            boundary: None,
            session: Vec::new(),
            restriction: None,
            access_key: String::new(),
            is_temporary: false,
            limits: Limits::default(),
            transitive: Vec::new(),
            user: None,
        }
    }

    pub fn is_anonymous(&self) -> bool {
        self.principal.kind == PrincipalKind::Anonymous
    }

    pub fn is_administrator(&self) -> bool {
        self.rank == Rank::Administrator
    }

    /// The account that what the caller makes belongs to. Of nobody there is none.
    pub fn account(&self) -> &Arc<Account> {
        &self.account
    }

    /// The account as it stands in the caller's name. What the caller looks after through IAM is
    /// named so, too.
    pub fn space(&self) -> &str {
        &self.space
    }

    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// Of the whole session, user or root: `arn:aws:iam::123456789012:user/anna`.
    pub fn arn(&self) -> &str {
        &self.principal.arn
    }

    pub fn unique_id(&self) -> &str {
        &self.principal.unique_id
    }

    pub fn kind(&self) -> PrincipalKind {
        self.principal.kind
    }

    /// As whom requests are counted: all sessions of a role are one, and who is vouched for counts
    /// with who vouches.
    pub fn counts_as(&self) -> &str {
        let role = self.principal.role.as_ref();
        role.map_or(self.unique_id(), |role| &role.unique_id)
    }

    /// What its policies limit it to. Of a root they limit nothing.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Whom the buckets it makes count for; nobody, where nobody could be limited.
    pub fn bucket_holder(&self) -> Option<&str> {
        let is_root = self.kind() == PrincipalKind::Account && !self.principal.is_plain_account;
        (!is_root && !self.is_anonymous()).then(|| self.counts_as())
    }

    /// Of the user or role.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    pub fn access_key(&self) -> &str {
        &self.access_key
    }

    /// Signed with the credentials of a session.
    pub fn is_temporary(&self) -> bool {
        self.is_temporary
    }

    /// Whether the credential cannot do all that its holder may.
    pub fn is_restricted(&self) -> bool {
        self.restriction.is_some()
    }

    /// Whether any policy of the caller looks at a condition key that begins so.
    pub fn looks_at(&self, prefix: &str) -> bool {
        let limits = self.boundary.iter().chain(&self.restriction);
        let mut all = self.identity.iter().chain(&self.session).chain(limits);
        all.any(|named| named.policy.looks_at(prefix))
    }

    /// Whether the caller may do it, and why. `context` has what is known of the request; what is
    /// known of the caller and the time stands in no need of it.
    pub fn authorize<'a>(
        &'a self,
        action: &str,
        target: &Target<'a>,
        context: &Context<'_>,
    ) -> Decision<'a> {
        self.authorize_within(&Work::default(), action, target, context)
    }

    /// The same for one of several decisions of a request, which share what they may take.
    pub fn authorize_within<'a>(
        &'a self,
        work: &Work,
        action: &str,
        target: &Target<'a>,
        context: &Context<'_>,
    ) -> Decision<'a> {
        self.ask((SystemTime::now(), work), action, target, context, evaluate)
    }

    /// What Amazon answers to a caller who may not do it.
    pub fn refusal(&self, decision: &Decision<'_>, action: &str, resource: &str) -> String {
        let why_not = decision.why_not(action);
        match self.is_anonymous() {
            true => "Access Denied".to_owned(),
            false => format!(
                "User: {} is not authorized to perform: {action} on resource: {resource} {why_not}",
                self.arn()
            ),
        }
    }

    /// As [`Caller::authorize_within`], with every statement that was looked at: for people who want
    /// to know why.
    pub fn explain<'a>(
        &'a self,
        work: &Work,
        action: &str,
        target: &Target<'a>,
        context: &Context<'_>,
    ) -> Explained<'a> {
        self.ask((SystemTime::now(), work), action, target, context, explain)
    }

    /// Whether there may be something that it would be allowed on: the target is what names begin
    /// with, `arn:aws:s3:::photos/2026/`; an empty one is anything. No is certain; yes is not, since
    /// conditions and single things are looked at only when somebody asks for one.
    pub fn could<'a>(
        &'a self,
        work: &Work,
        action: &str,
        target: &Target<'a>,
        context: &Context<'_>,
    ) -> bool {
        self.ask((SystemTime::now(), work), action, target, context, could)
    }

    pub(crate) fn authorize_at<'a>(
        &'a self,
        now: SystemTime,
        action: &str,
        target: &Target<'a>,
        context: &Context<'_>,
    ) -> Decision<'a> {
        let work = Work::default();
        self.ask((now, &work), action, target, context, evaluate)
    }

    fn ask<'a, T>(
        &'a self,
        (now, work): (SystemTime, &Work),
        action: &str,
        target: &Target<'a>,
        context: &Context<'_>,
        answer: impl FnOnce(&Layers<'a>, &Request<'_>) -> T,
    ) -> T {
        let layers = Layers {
            standing: self.standing(target.owner),
            identity: &self.identity,
            boundary: self.boundary.as_ref(),
            session: &self.session,
            restriction: self.restriction.as_ref(),
            resource: target.policy,
            relation: self.relation(target.owner),
        };
        let request = Request {
            principal: &self.principal,
            action,
            resource: target.resource,
            context,
            now,
            work,
        };
        answer(&layers, &request)
    }

    fn relation(&self, owner: Owner<'_>) -> Relation {
        let same = match owner {
            Owner::Caller => true,
            Owner::Account(owner) => self.account.shares_home_with(owner),
            Owner::Unknown => false,
            Owner::Trusting(_) => return Relation::Trust,
        };
        match same && !self.is_anonymous() {
            true => Relation::SameAccount,
            false => Relation::CrossAccount,
        }
    }

    fn standing(&self, owner: Owner<'_>) -> Standing {
        match self.rank {
            Rank::Administrator => Standing::Administrator,
            Rank::Ordinary => Standing::Ordinary,
            // All plain accounts are one account to policies, but each is the root only of what
            // it owns itself.
            Rank::Root => match owner {
                Owner::Account(owner) | Owner::Trusting(owner)
                    if owner.id != self.account.id && self.account.shares_home_with(owner) =>
                {
                    Standing::Ordinary
                }
                _ => Standing::Owner,
            },
        }
    }
}
