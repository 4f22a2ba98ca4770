//! In this process, on the folder of a server that does not run. What a server with the folder's
//! configuration would answer is answered here.

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use admin::{Admin, AdminConfig, Counted, Counters, Local};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use identity::model::Secret;
use identity::{Identity, RootAccount};
use pipeline::events::{Courier, Delivery};
use pipeline::lifecycle::Lifecycle;
use s3_api::S3;
use s3_api::kms::LocalKeyRing;
use storage_engine::clock::SystemClock;
use storage_engine::{Engine, EngineConfig};
use tokio::sync::watch;
use tokio::task;

use super::{AnswerBody, Failure};
use crate::cli::ServerArgs;
use crate::config::{Chosen, Effective, Origin, ServerConfig, named, of_process};
use crate::credentials;
use crate::master_key;
use crate::server::{ROOT_ID, ROOT_NAME, facts, s3_over};
use crate::webhook::Webhooks;

pub(super) struct Folder {
    engine: Arc<Engine>,
    s3: Arc<S3>,
    admin: Admin,
    stop: watch::Sender<bool>,
}

impl Folder {
    pub(super) async fn open(data: &Path) -> Result<Folder, Failure> {
        // A command that looks after a folder must not make one where a path is mistyped.
        if !data.is_dir() {
            return Err(Failure::NoFolder(data.display().to_string()));
        }
        let (effective, config) = configuration(data)?;
        let engine = open_engine(data).await?;
        match Folder::over(&engine, &effective, &config).await {
            Ok(folder) => Ok(folder),
            Err(failure) => {
                engine.shutdown().await?;
                Err(failure)
            }
        }
    }

    async fn over(
        engine: &Arc<Engine>,
        effective: &Effective,
        config: &ServerConfig,
    ) -> Result<Folder, Failure> {
        let local = |error: &dyn std::fmt::Display| Failure::Local(error.to_string());
        let master = master_key::load_or_create(engine, &config.data).await;
        let master = master.map_err(|error| local(&error))?;
        let root = root(config)?;
        let identity = Identity::open(Arc::clone(engine), &master, root);
        let identity = identity.await.map_err(|error| local(&error))?;
        let ring = LocalKeyRing::open(Arc::clone(engine), &master);
        let ring = Arc::new(ring.await.map_err(|error| local(&error))?);
        let webhooks = Webhooks::open(&config.webhooks).map_err(|error| local(&error))?;
        let courier: Arc<dyn Courier> = Arc::new(webhooks);
        let parts = (identity.clone(), Arc::clone(&ring), Arc::default());
        let s3 = Arc::new(s3_over(engine, config, parts, Arc::clone(&courier)));
        // Nobody is told of anything here: what waits is told by the next server.
        let clock = Arc::new(SystemClock);
        let lifecycle = Lifecycle::new(Arc::clone(engine), clock.clone(), config.lifecycle_day);
        let delivery = Delivery::new(Arc::clone(engine), clock, courier, &config.region);
        let (_, settings) = watch::channel(effective.for_admin());
        let (stop, stopping) = watch::channel(false);
        let admin = AdminConfig {
            s3: Arc::clone(&s3),
            engine: Arc::clone(engine),
            identity,
            master,
            facts: facts(config, &[]),
            counters: Arc::new(Nobody),
            settings,
            delivery: Arc::new(delivery),
            lifecycle: Arc::new(lifecycle),
            keys: ring,
            stopping,
            now: SystemTime::now,
        };
        Ok(Folder {
            engine: Arc::clone(engine),
            s3,
            admin: Admin::open(admin).await.map_err(|error| local(&error))?,
            stop,
        })
    }

    pub(super) async fn send(&self, request: Request<Full<Bytes>>) -> Response<AnswerBody> {
        let answer = self.admin.handle_local(Local::Folder, request).await;
        answer.map(|body| body.map_err(Into::into).boxed_unsync())
    }

    pub(super) async fn close(self) -> Result<(), Failure> {
        self.stop.send_replace(true);
        self.admin.ended().await;
        self.s3.flush_access_log().await;
        Ok(self.engine.shutdown().await?)
    }
}

/// That of the server: with its region, ownership and webhooks.
fn configuration(data: &Path) -> Result<(Effective, ServerConfig), Failure> {
    let folder = named("data").map(|setting| {
        let values = vec![data.to_string_lossy().into_owned()];
        Chosen::new(setting, values, Origin::Flag("--data".to_owned()))
    });
    let server = ServerArgs {
        given: folder.into_iter().collect(),
        ..ServerArgs::default()
    };
    let effective = Effective::gather(&server, &of_process);
    let config = effective.check().map_err(Failure::Configuration)?;
    Ok((effective, config))
}

async fn open_engine(data: &Path) -> Result<Arc<Engine>, Failure> {
    let config = EngineConfig::new(data);
    let opening = task::spawn_blocking(move || Engine::open_folder(&config));
    let opened = opening
        .await
        .map_err(|error| Failure::Local(error.to_string()))?;
    Ok(Arc::new(opened?))
}

/// A server whose root comes from its environment has none in the folder, and none is made here.
fn root(config: &ServerConfig) -> Result<RootAccount, Failure> {
    let kept = match &config.root {
        Some(root) => Some(root.clone()),
        None => {
            credentials::load(&config.data).map_err(|error| Failure::Local(error.to_string()))?
        }
    };
    let (access_key, secret) = match &kept {
        Some(root) => (root.user(), root.password()),
        None => ("", ""),
    };
    Ok(RootAccount {
        canonical_id: ROOT_ID.into(),
        display_name: ROOT_NAME.into(),
        email: None,
        access_key: access_key.into(),
        secret: Secret::new(secret),
    })
}

/// Where nothing is served nothing is counted.
#[derive(Debug)]
struct Nobody;

impl Counters for Nobody {
    fn counted(&self) -> Counted {
        Counted::default()
    }
}
