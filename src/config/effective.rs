//! Which value of each setting counts: of file, environment and flags the strongest.

use std::fmt;
use std::path::{Path, PathBuf};

use super::declared::{Declared, Reference};
use super::environment::{Environment, of_environment};
use super::file::{self, Document};
use super::origin::{Fault, Origin};
use super::setting::Setting;
use super::table::SETTINGS;
use super::{Draft, ServerConfig};
use crate::cli::ServerArgs;
use crate::webhook::WebhookConfig;

/// Names the file, if no flag does.
pub(crate) const FILE_VARIABLE: &str = "CAIRN_CONFIG";
/// The file in the data folder that is read where none is named.
pub(crate) const FILE_IN_DATA: &str = "config.toml";

/// A setting as somebody chose it.
#[derive(Clone)]
pub(crate) struct Chosen {
    pub(crate) setting: &'static Setting,
    pub(crate) values: Vec<String>,
    pub(crate) origin: Origin,
    /// Of the values in a file, where each may have one of its own.
    pub(crate) lines: Vec<usize>,
}

impl Chosen {
    pub(crate) fn new(setting: &'static Setting, values: Vec<String>, origin: Origin) -> Chosen {
        Chosen {
            setting,
            values,
            origin,
            lines: Vec::new(),
        }
    }

    /// Where one of the values is.
    pub(super) fn origin_of(&self, at: usize) -> Origin {
        match (&self.origin, self.lines.get(at)) {
            (Origin::File(path, _), Some(line)) => Origin::File(path.clone(), *line),
            (origin, _) => origin.clone(),
        }
    }

    /// What is wrong with one of the values.
    pub(super) fn fault(&self, at: usize, what: &str) -> Fault {
        let value = self.values.get(at..=at).unwrap_or_default();
        Fault::of(self.setting, value, &self.origin_of(at), what)
    }
}

/// Without the values: they may be secret.
impl fmt::Debug for Chosen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.setting.name, self.origin)
    }
}

/// All settings with their values, in the order of the table.
#[derive(Debug, Default)]
pub(crate) struct Effective {
    pub(crate) chosen: Vec<Chosen>,
    pub(crate) declared: Declared,
    pub(crate) file: Option<PathBuf>,
    /// Of what was read, before anything was checked.
    faults: Vec<Fault>,
}

impl Effective {
    /// Reads what there is to read. What is wrong with it is told by `check`, all of it at once.
    pub(crate) fn gather(args: &ServerArgs, environment: Environment<'_>) -> Effective {
        Self::gather_with(args, environment, Vec::new())
    }

    /// With what is stronger than the environment and weaker than flags.
    pub(crate) fn gather_with(
        args: &ServerArgs,
        environment: Environment<'_>,
        between: Vec<Chosen>,
    ) -> Effective {
        let (variables, faults) = of_environment(environment);
        let layers = [&args.given, &between, &variables];
        let path = file_to_read(args, layers, environment);
        let document = path.as_deref().map_or_else(Document::default, file::read);
        let mut effective = Effective {
            chosen: SETTINGS.iter().map(by_default).collect(),
            declared: document.declared,
            file: path,
            faults,
        };
        effective.faults.extend(document.faults);
        effective.choose(document.chosen);
        effective.choose(variables);
        effective.choose(between);
        effective.choose(args.given.clone());
        effective
    }

    /// What a file alone comes to.
    pub(crate) fn of_file(path: &Path) -> Effective {
        let Document {
            chosen,
            declared,
            faults,
            ..
        } = file::read(path);
        let mut effective = Effective {
            chosen: SETTINGS.iter().map(by_default).collect(),
            declared,
            file: Some(path.to_owned()),
            faults,
        };
        effective.choose(chosen);
        effective
    }

    /// Later ones win.
    pub(crate) fn choose(&mut self, chosen: Vec<Chosen>) {
        for chosen in chosen {
            let row = |there: &&mut Chosen| there.setting.name == chosen.setting.name;
            if let Some(there) = self.chosen.iter_mut().find(row) {
                *there = chosen;
            }
        }
    }

    /// The settings as what they mean, or everything that is wrong with them.
    pub(crate) fn check(&self) -> Result<ServerConfig, Vec<Fault>> {
        let what = "no data folder is named: --data DIR, CAIRN_DATA, or data in a file";
        let without_folder = |config: &ServerConfig| config.data.as_os_str().is_empty();
        self.checked(|config| without_folder(config).then(|| Fault::new(what.to_owned())))
    }

    /// The same, for who wants no data folder.
    pub(crate) fn check_apart(&self) -> Result<ServerConfig, Vec<Fault>> {
        self.checked(|_| None)
    }

    fn checked(
        &self,
        further: impl Fn(&ServerConfig) -> Option<Fault>,
    ) -> Result<ServerConfig, Vec<Fault>> {
        let (config, mut faults) = self.read();
        faults.extend(further(&config));
        // With the settings of a whole server it is known which there are.
        faults.extend(self.declared.unknown_webhooks(&config.webhooks));
        faults.sort();
        match faults.is_empty() {
            true => Ok(config),
            false => Err(faults),
        }
    }

    /// What is wrong with what is there, whatever a server would want besides.
    pub(crate) fn faults(&self) -> Vec<Fault> {
        self.read().1
    }

    /// What may be wrong with it: only where a server runs is it known.
    pub(crate) fn doubts(&self) -> Vec<Fault> {
        let references = self.declared.references();
        let unsure = references.iter().filter(|it| it.can_be_stored());
        let mut doubts: Vec<Fault> = unsure.map(Reference::doubt).collect();
        let webhooks = self.read().0.webhooks;
        doubts.extend(self.declared.unknown_webhooks(&webhooks));
        doubts.extend(self.declared.unknown_actions());
        doubts.sort();
        doubts
    }

    /// Receivers of events that are set, and that what is declared names.
    pub(super) fn named_webhooks(&self) -> Vec<WebhookConfig> {
        let named = self.declared.all_receivers();
        let mut webhooks = self.read().0.webhooks;
        webhooks.retain(|webhook| named.contains(&webhook.name));
        webhooks
    }

    fn read(&self) -> (ServerConfig, Vec<Fault>) {
        let mut draft = Draft::empty();
        let mut faults = self.faults.clone();
        for chosen in &self.chosen {
            let (setting, values) = (chosen.setting, &chosen.values);
            // Unset: a draft begins that way.
            if values.is_empty() && !setting.kind.is_list() {
                continue;
            }
            let wrong = values.iter().find_map(|value| setting.kind.fault(value));
            let checked = wrong.map_or_else(|| (setting.put)(&mut draft, values), Err);
            if let Err(what) = checked {
                faults.push(Fault::of(setting, values, &chosen.origin, &what));
            }
        }
        let references = self.declared.references();
        let nowhere = references.iter().filter(|it| !it.can_be_stored());
        faults.extend(nowhere.map(Reference::fault));
        let config = draft.finish(self, &mut faults);
        faults.sort();
        faults.dedup();
        (config, faults)
    }

    /// Of those that are set.
    pub(super) fn origins<const N: usize>(&self, names: [&str; N]) -> Vec<Origin> {
        let chosen = names.into_iter().filter_map(|name| self.named(name));
        let set = chosen.filter(|chosen| !chosen.values.is_empty());
        set.map(|chosen| chosen.origin.clone()).collect()
    }

    pub(crate) fn named(&self, name: &str) -> Option<&Chosen> {
        let mut chosen = self.chosen.iter();
        chosen.find(|chosen| chosen.setting.name == name)
    }
}

fn by_default(setting: &'static Setting) -> Chosen {
    Chosen::new(setting, setting.defaults(), Origin::Default)
}

fn file_to_read(
    args: &ServerArgs,
    layers: [&Vec<Chosen>; 3],
    environment: Environment<'_>,
) -> Option<PathBuf> {
    if let Some(named) = &args.config {
        return Some(named.clone());
    }
    if let Some(named) = environment(FILE_VARIABLE).filter(|named| !named.is_empty()) {
        return Some(named.into());
    }
    let mut chosen = layers.into_iter().flatten();
    let data = chosen.find(|chosen| chosen.setting.name == "data")?;
    let in_data = Path::new(data.values.first()?).join(FILE_IN_DATA);
    in_data.exists().then_some(in_data)
}
